package document

import (
	"slices"
	"strings"
)

// Kind is what a file is, by its content and its extension alike.
type Kind string

// The kinds that can be filed (product, "Documents"). Everything else is
// refused, whatever it says it is.
const (
	PNG  Kind = "png"
	JPEG Kind = "jpg"
	WebP Kind = "webp" // taken, but kept as JPEG or PNG: nothing we use writes WebP
	PDF  Kind = "pdf"
	DOC  Kind = "doc"
	DOCX Kind = "docx"
	XLS  Kind = "xls"
	XLSX Kind = "xlsx"
	ODT  Kind = "odt"
	TXT  Kind = "txt"
	CSV  Kind = "csv"
	ZIP  Kind = "zip"
)

// types are the media types that downloads are served with. None of them is
// one a browser runs; text has no charset, because it is kept as it came.
var types = map[Kind]string{
	PNG: "image/png", JPEG: "image/jpeg", WebP: "image/webp", PDF: "application/pdf",
	DOC:  "application/msword",
	DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	XLS:  "application/vnd.ms-excel",
	XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	ODT:  "application/vnd.oasis.opendocument.text",
	TXT:  "text/plain", CSV: "text/csv", ZIP: "application/zip",
}

// Kinds lists every kind, in the order a setting shows them.
func Kinds() []Kind {
	return []Kind{PNG, JPEG, WebP, PDF, DOC, DOCX, XLS, XLSX, ODT, TXT, CSV, ZIP}
}

// ParseKind reports the kind that a stored or chosen word means.
func ParseKind(s string) (Kind, bool) {
	k := Kind(s)
	return k, slices.Contains(Kinds(), k)
}

// KindOf reports the kind that a file's name promises by its last extension,
// in any case.
func KindOf(name string) (Kind, bool) {
	_, ext := split(name)
	for _, k := range Kinds() {
		if slices.Contains(k.Extensions(), strings.ToLower(ext)) {
			return k, true
		}
	}
	return "", false
}

// Extensions are the endings a file of the kind may have, with the dot and in
// lower case, the usual one first.
func (k Kind) Extensions() []string {
	if k == JPEG {
		return []string{".jpg", ".jpeg"}
	}
	return []string{"." + string(k)}
}

// MIME is the media type a file of the kind is served with;
// application/octet-stream for a kind that is none of Kinds.
func (k Kind) MIME() string {
	if t, ok := types[k]; ok {
		return t
	}
	return "application/octet-stream"
}

// Image reports whether files of the kind are pictures: decoded and encoded
// anew before they are kept.
func (k Kind) Image() bool { return k == PNG || k == JPEG || k == WebP }

// Previewable reports whether a kept file of the kind may be shown inside a
// page: only what we encoded ourselves.
func (k Kind) Previewable() bool { return k == PNG || k == JPEG }

// Accept is the accept attribute of a file field that takes the kinds.
func Accept(kinds []Kind) string {
	var list []string
	for _, k := range kinds {
		list = append(list, k.Extensions()...)
	}
	return strings.Join(list, ",")
}
