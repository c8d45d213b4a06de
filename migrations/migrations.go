// Package migrations holds the schema: numbered SQL files in goose's format,
// forward only, embedded in the program. It is data, not code: applying the
// files, and refusing a schema that is newer, is package postgres's business.
package migrations

import "embed"

// FS holds every migration, NNNN_noun.sql. A file is never edited after it
// has been released: a change is a new file.
//
//go:embed *.sql
var FS embed.FS
