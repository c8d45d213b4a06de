package inspect

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"

	"helphub/internal/document"
)

// odtType is what the first entry of a text of OpenDocument says
// (OpenDocument 1.3, part 2, 3.3).
const odtType = "application/vnd.oasis.opendocument.text"

// odtScripts are what the text of a document contains where something runs: a
// macro bound to an event, a script in the text itself.
var odtScripts = []string{"<script:event-listener", "vnd.sun.star.script:", "<office:script ", "<text:script"}

// odtMacros are the folders that hold programs, in lower case.
var odtMacros = []string{"basic/", "scripts/", "dialogs/"}

// checkOpenDocument checks a text of LibreOffice and its kin.
func (c *contents) checkOpenDocument() error {
	first := c.files[0]
	if first.Name != "mimetype" || first.Method != zip.Store {
		return document.ErrContent
	}
	for _, part := range []string{"content.xml", "meta-inf/manifest.xml"} {
		if _, ok := c.names[part]; !ok {
			return document.ErrContent
		}
	}
	for name := range c.names {
		for _, folder := range odtMacros {
			if strings.HasPrefix(name, folder) {
				return document.ErrMacros
			}
		}
	}
	kept := &keeper{}
	scripts := &finder{needles: odtScripts}
	sealed := &finder{needles: []string{"encryption-data", "encrypted-package"}}
	wants := func(name string) io.Writer {
		switch lower := strings.ToLower(name); {
		case lower == "mimetype":
			return kept.entry(lower)
		case lower == "meta-inf/manifest.xml":
			return sealed.fresh()
		case strings.HasSuffix(lower, ".xml"):
			return scripts.fresh()
		}
		return nil
	}
	if err := c.unpack(wants, refuseInside); err != nil {
		return err
	}
	switch {
	case !bytes.Equal(kept.parts["mimetype"], []byte(odtType)):
		return document.ErrContent
	case sealed.found:
		return document.ErrEncrypted
	case scripts.found:
		return document.ErrMacros
	}
	return nil
}
