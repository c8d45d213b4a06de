package dbtest

import (
	"context"
	"testing"
)

func TestANewDatabaseHasTheSchemaAndNothingElse(t *testing.T) {
	t.Parallel()
	db := New(t)
	var staff, migrations int
	if err := db.Read.QueryRow(t.Context(), "SELECT (SELECT count(*) FROM staff), (SELECT count(*) FROM goose_db_version)").Scan(&staff, &migrations); err != nil {
		t.Fatal(err)
	}
	if staff != 0 || migrations < 2 {
		t.Errorf("staff %d, migrations %d; want none and some", staff, migrations)
	}
}

func TestATransactionIsRolledBack(t *testing.T) {
	t.Parallel()
	t.Run("first", func(t *testing.T) {
		if _, err := Tx(t).Exec(t.Context(), "INSERT INTO setup_code (hash) VALUES ('dbtest')"); err != nil {
			t.Fatal(err)
		}
	})
	var n int
	if err := Tx(t).QueryRow(context.Background(), "SELECT count(*) FROM setup_code WHERE hash = 'dbtest'").Scan(&n); err != nil {
		t.Fatal(err)
	}
	if n != 0 {
		t.Errorf("%d rows are left", n)
	}
}
