package inspect

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"slices"
	"strings"

	"helphub/internal/document"
)

// mainTypes are the content types of the part an office file is about
// (ECMA-376, part 1, 11.3.10 and 12.3.23). Files with macros and templates have
// others.
var mainTypes = map[document.Kind]string{
	document.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
	document.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
}

// macroTypes are what content types of parts with programs contain, in lower
// case: VBA, the macro sheets of Excel 4, ActiveX controls.
var macroTypes = []string{"macroenabled", "vbaproject", "vbadata", "macrosheet", "dialogsheet", "activex"}

// macroParts are what the names of such parts contain, whatever type they are
// declared as.
var macroParts = []string{"vbaproject.bin", "vbadata.xml", "/macrosheets/", "/dialogsheets/", "/activex/"}

// fetched are the relations by which an office file loads something when it is
// opened. Links and pictures are not among them: a link is followed by a
// person, and programs ask before they load a picture.
var fetched = []string{"attachedTemplate", "oleObject", "frame", "subDocument"}

// checkOffice checks a file of Word or Excel since 2007 (OOXML).
func (c *contents) checkOffice() error {
	if _, ok := c.names["[content_types].xml"]; !ok {
		return document.ErrContent
	}
	for name := range c.names {
		for _, part := range macroParts {
			if strings.Contains("/"+name, part) {
				return document.ErrMacros
			}
		}
	}
	kept := &keeper{}
	dde := &finder{needles: []string{"<ddeLink", ":ddeLink"}}
	wants := func(name string) io.Writer {
		lower := strings.ToLower(name)
		switch {
		case lower == "[content_types].xml", path.Ext(lower) == ".rels":
			return kept.entry(lower)
		case strings.HasPrefix(lower, "xl/externallinks/"):
			return dde.fresh()
		}
		return nil
	}
	if err := c.unpack(wants, refuseInside); err != nil {
		return err
	}
	if dde.found {
		return document.ErrActive
	}
	if err := c.checkTypes(kept.parts["[content_types].xml"]); err != nil {
		return err
	}
	delete(kept.parts, "[content_types].xml")
	for _, rels := range kept.parts {
		if err := checkRelations(rels); err != nil {
			return err
		}
	}
	return nil
}

// refuseInside refuses what an office file may not hold. Objects that were put
// in (a spreadsheet behind a chart, a package) are archives or compound files.
// Text of two bytes a character is written by no office program, and hides
// words from whoever looks for them.
func refuseInside(name string, head []byte) error {
	is := sniff(head)
	switch {
	case is == program, isProgram(name):
		return document.ErrProgram.With("entry", document.Clean(name))
	case is == archive, is == compound:
		return document.ErrNested
	case path.Ext(strings.ToLower(name)) == ".xml" && bytes.IndexByte(head, 0) >= 0:
		return document.ErrBroken
	}
	return nil
}

// checkTypes reads the list of content types and demands a main part of the
// kind, and no part with a program.
func (c *contents) checkTypes(list []byte) error {
	byName, byEnding := map[string]string{}, map[string]string{}
	err := eachElement(list, func(e xml.StartElement) error {
		kind := strings.ToLower(attribute(e, "ContentType"))
		switch e.Name.Local {
		case "Override":
			byName[strings.ToLower(strings.TrimPrefix(attribute(e, "PartName"), "/"))] = kind
		case "Default":
			byEnding["."+strings.ToLower(attribute(e, "Extension"))] = kind
		}
		return nil
	})
	if err != nil {
		return err
	}
	found := 0
	for name := range c.names {
		kind, ok := byName[name]
		if !ok {
			kind = byEnding[path.Ext(name)]
		}
		if slices.ContainsFunc(macroTypes, func(t string) bool { return strings.Contains(kind, t) }) {
			return document.ErrMacros
		}
		if kind == mainTypes[c.kind] {
			found++
		}
	}
	if found == 0 {
		return document.ErrContent
	}
	return nil
}

// checkRelations refuses parts that are fetched from somewhere else.
func checkRelations(rels []byte) error {
	return eachElement(rels, func(e xml.StartElement) error {
		if e.Name.Local != "Relationship" || !strings.EqualFold(attribute(e, "TargetMode"), "External") {
			return nil
		}
		if slices.Contains(fetched, path.Base(attribute(e, "Type"))) && isRemote(attribute(e, "Target")) {
			return document.ErrActive
		}
		return nil
	})
}

// isRemote reports whether a target is on another machine. A template on the
// writer's own disk is in half of all letters, and leads nowhere here.
func isRemote(target string) bool {
	target = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(target)), `\`, "/")
	if rest, ok := strings.CutPrefix(target, "file:"); ok {
		return strings.HasPrefix(rest, "//") && !strings.HasPrefix(rest, "///") || strings.HasPrefix(rest, "////")
	}
	return strings.HasPrefix(target, "//") || strings.Contains(target, ":/") && !drive(target)
}

// drive reports whether a path begins with the letter of a disk.
func drive(path string) bool { return len(path) > 1 && path[1] == ':' }

// eachElement shows the elements of a part. One with a document type is refused:
// no office program writes any, and entities can be made to grow.
func eachElement(part []byte, show func(xml.StartElement) error) error {
	for d := xml.NewDecoder(bytes.NewReader(part)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.Directive:
			return document.ErrBroken
		case xml.StartElement:
			if err := show(token); err != nil {
				return err
			}
		}
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}
