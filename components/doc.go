// Package components is what the screen is made of: the frame around every
// page, the parts pages share, and the pages. Views go in, HTML comes out; it
// knows no database, no request and no rule, and a view holds what is shown,
// already decided.
//
// # The frame
//
//	Layout(Shell)          everything inside; the page is its children
//	Public(PublicView)     doors: sign-in, set-up
//	ErrorPage(PublicView, ErrorView)
//	MayOf(actor)           which ways of the frame an actor may go
//	RailNav(Rail), BellButton(Bell), BellList([]Notification)   live parts
//
// Layout draws <main class="page {Shell.Page}">: "grid-page" for a grid with
// tabs ("grid-page grid-plain" without), "with-side ticket" for a ticket,
// "with-side" for a customer, "pad" for forms. The element #live carries the
// page's one stream; a live part writes
//
//	hx-get=… hx-trigger="tickets from:#live delay:300ms" hx-swap="outerMorph"
//
// and has a stable id. Forms that htmx sends say hx-status:422 and
// hx-status:409 to be redrawn; other refusals become a toast.
//
// # Parts
//
//	Icon(name, Small|Medium|Large)
//	StatusBadge(status), PrioritySign(priority), PriorityMark(priority)
//	LevelTag(level), Protocol(p), ProtocolBeside(p), Chips([]Chip)
//	Avatar(AvatarView), Person(name), Present([]Presence), PresentList(…)
//	When(t), Day(t), Clock(t)
//	Input, Textarea, Select, SelectControl, Check, Choices (FieldView)
//	Picker(FieldView, optionsURL), PickerOptions(options, chosen)
//	ErrorSummary([]FieldError), ProblemsOf, Fill, ErrorFor, Message
//	CSRFField, FormIDField, VersionField, FormActions, SubmitButton, LinkButton
//	Notice(kind, title), ConflictNotice(ConflictView), NewsStrip()
//	Toasts([]Toast), ToastPartial(Toast)
//	ConfirmDialog(DialogView), Opens(id), Closes(id), KeysDialog()
//	Menu(id), MenuLink, MenuButton, MoreButton(menu)
//	Tabs(label, []Tab), Segments(label, []Tab)
//	Empty(EmptyView), Pager(PagerView), GridKeys(), DensityButton()
//
// # What the scripts look for
//
//	data-draft="key"            textarea whose text survives a reload
//	data-draft-status           where "Rascunho guardado 14:05" is said, in the same form
//	data-count-for="id"         counter of that field
//	data-mask="tax_id|phone|postal_code"   written neatly when the field is left
//	data-rows                   tbody walked by j, k, Enter; told of new rows
//	data-version                of a row: it tints when it changes
//	data-keep-scroll            live list that must not move what one reads
//	data-presence="url"         form or textarea that says "writing" while one types
//	data-reply                  the field "r" goes to
//	data-send                   form sent by Ctrl Enter
//	data-search                 the field "/" and Ctrl K go to
//	data-new                    the link "n" follows
//	data-filter                 form of a filter, sent as soon as a choice changes
//
// All text comes from internal/locale; labels, roles and the order of focus are
// part of a component being done.
package components
