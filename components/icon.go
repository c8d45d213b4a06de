package components

import (
	"github.com/a-h/templ"

	"helphub/assets"
)

// The sizes of an icon; the stroke stays the same.
const (
	Small  = "small"
	Medium = ""
	Large  = "large"
)

// Icon draws a symbol of the sprite (assets/img/icons.svg) by its name. It is
// decoration: a word must stand beside it or in the label of what holds it. A
// page has a hundred of them, so it is put together by hand.
func Icon(name, size string) templ.Component {
	class := "icon"
	if size != Medium {
		class += " icon-" + size
	}
	return templ.Raw(`<svg class="` + class + `" aria-hidden="true"><use href="` + assets.Path("icons.svg") + "#" + templ.EscapeString(name) + `"></use></svg>`)
}
