// Package archtest holds the plan of the house as a table and checks the code
// against it: which package stands on which floor, what it may import, and a
// few habits of the sources that no linter knows. It is no part of the program;
// a new package begins with a line in Plan. docs/architecture.md draws the same
// plan for reading.
package archtest

// The floors, from the ground up. A package imports lower floors only.
const (
	ground = iota // words: what things are and may become
	walls         // rows in, HTML out
	tools         // each touches one thing outside
	spine         // the only write transaction
	rooms         // commands: what people do
	doors         // HTTP and time
	roof          // wires everything, decides nothing
	around        // the scaffolding: test harnesses, which may import anything
)

// Room is one package's place in the house.
type Room struct {
	Floor int
	// Beside are the packages of its own floor that it may import.
	Beside []string
	// Foreign are the modules it may import besides the standard library; a
	// nil list means any, on the floors where that is allowed.
	Foreign []string
	// Through, unless nil, are the only packages above the walls it may import.
	Through []string
}

// Plan maps packages, without the module's name, to their rooms. Packages that
// are planned and not yet there are fine. A name that ends in /... stands for
// everything below it.
func Plan() map[string]Room {
	const (
		uuid  = "github.com/google/uuid"
		templ = "github.com/a-h/templ"
		pgx   = "github.com/jackc/pgx/v5"
	)
	words := []string{"internal/fault", "internal/locale"}
	nouns := append([]string{"internal/staff"}, words...)
	noun := Room{Floor: ground, Foreign: []string{uuid}, Beside: nouns}
	return map[string]Room{
		"assets":                {Floor: ground, Foreign: []string{}},
		"migrations":            {Floor: ground, Foreign: []string{}},
		"internal/fault":        {Floor: ground, Foreign: []string{}},
		"internal/locale":       {Floor: ground, Foreign: []string{}},
		"internal/taxid":        {Floor: ground, Foreign: []string{}, Beside: words},
		"internal/throttle":     {Floor: ground, Foreign: []string{}, Beside: words},
		"internal/staff":        {Floor: ground, Foreign: []string{uuid}, Beside: words},
		"internal/customer":     {Floor: ground, Foreign: []string{uuid}, Beside: append([]string{"internal/taxid"}, nouns...)},
		"internal/document":     noun,
		"internal/notification": noun,
		"internal/ticket":       noun,
		"internal/visit":        noun,

		"components": {Floor: walls, Foreign: []string{uuid, templ}},
		"queries":    {Floor: walls, Foreign: []string{uuid, pgx}},

		"internal/backup":    {Floor: tools},
		"internal/channel":   {Floor: tools},
		"internal/filestore": {Floor: tools},
		"internal/inspect":   {Floor: tools},
		"internal/job":       {Floor: tools},
		"internal/live":      {Floor: tools},
		"internal/metrics":   {Floor: tools},
		"internal/password":  {Floor: tools},
		"internal/pgembed":   {Floor: tools},
		"internal/postgres":  {Floor: tools},
		"internal/sample":    {Floor: tools},
		"internal/vault":     {Floor: tools},

		"internal/ledger": {Floor: spine},

		"internal/admin":    {Floor: rooms},
		"internal/helpdesk": {Floor: rooms},
		"internal/demo":     {Floor: rooms, Beside: []string{"internal/helpdesk", "internal/admin"}},
		"internal/intake":   {Floor: rooms, Beside: []string{"internal/helpdesk", "internal/admin"}},

		"handlers":        {Floor: doors},
		"internal/worker": {Floor: doors},

		"cmd/helphub": {Floor: roof},
		"cmd/gallery": {Floor: roof, Through: []string{"internal/sample"}},

		"internal/archtest":   {Floor: around},
		"internal/bench/...":  {Floor: around},
		"internal/dbtest":     {Floor: around},
		"internal/faults/...": {Floor: around},
		"internal/rig":        {Floor: around},
	}
}
