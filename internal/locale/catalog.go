package locale

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
)

// One folder per language, one file per area of the screen; a file is a flat,
// sorted JSON object from key to text, and every key starts with the file's name.
//
//go:embed catalog
var files embed.FS

var catalogs = mustLoad()

// mustLoad reads the embedded catalogs. It panics on a broken file, which any
// test run hits.
func mustLoad() map[Lang]map[string]string {
	all := map[Lang]map[string]string{}
	for _, lang := range Langs() {
		texts := map[string]string{}
		names, err := fs.Glob(files, path.Join("catalog", string(lang), "*.json"))
		if err != nil {
			panic(err)
		}
		for _, name := range names {
			area, err := loadArea(name)
			if err != nil {
				panic(err)
			}
			maps.Copy(texts, area)
		}
		all[lang] = texts
	}
	return all
}

func loadArea(name string) (map[string]string, error) {
	raw, err := files.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read catalog: %w", err)
	}
	area := map[string]string{}
	if err := json.Unmarshal(raw, &area); err != nil {
		return nil, fmt.Errorf("parse catalog %s: %w", name, err)
	}
	return area, nil
}
