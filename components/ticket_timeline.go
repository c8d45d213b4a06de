package components

import (
	"context"

	"helphub/internal/ticket"
)

// foldFrom is how many events in a row are folded into one line.
const foldFrom = 3

// run is one entry, or several events in a row that are folded.
type run []EntryView

// id names a folded run by its oldest event, so that it stays the same element
// while newer events join it.
func (r run) id(newestFirst bool) string {
	oldest := r[0]
	if newestFirst {
		oldest = r[len(r)-1]
	}
	return "fold-" + oldest.ID.String()
}

// oldest and newest are the ends of a run.
func (r run) ends(newestFirst bool) (oldest, newest EntryView) {
	if newestFirst {
		return r[len(r)-1], r[0]
	}
	return r[0], r[len(r)-1]
}

// runs groups what is shown: events in a row fold when there are at least
// foldFrom of them, everything else stands alone.
func runs(entries []EntryView) []run {
	var out []run
	for i := 0; i < len(entries); {
		end := i
		for end < len(entries) && entries[end].Kind == ticket.EventKind {
			end++
		}
		if end-i >= foldFrom {
			out = append(out, entries[i:end])
			i = end
			continue
		}
		out = append(out, entries[i:i+1])
		i++
	}
	return out
}

// voiceOf is the shape an entry has.
func voiceOf(e ticket.Entry) string {
	if e.Retracted() {
		return "retracted"
	}
	return string(e.Kind)
}

func faceOf(e EntryView) AvatarView {
	a := AvatarView{Name: e.Author.Name, Size: Large}
	switch {
	case e.Kind == ticket.CustomerWords:
		a.Kind = FaceCustomer
	case e.Mine:
		a.Kind = FaceMe
	}
	return a
}

// kindName is what an entry is called beside its author.
func kindName(ctx context.Context, k ticket.Kind) string {
	switch k {
	case ticket.Note:
		return t(ctx, "ticket.kind_note")
	case ticket.CustomerWords:
		return t(ctx, "ticket.kind_customer")
	case ticket.Reply, ticket.EventKind:
	}
	return t(ctx, "ticket.kind_reply")
}

// retractedText says who took what back.
func retractedText(ctx context.Context, e ticket.Entry) string {
	switch e.Kind {
	case ticket.Note:
		return t(ctx, "ticket.retracted_note", "name", e.Author.Name)
	case ticket.Reply, ticket.CustomerWords, ticket.EventKind:
	}
	return t(ctx, "ticket.retracted_reply", "name", e.Author.Name)
}

// keepsTo says which end of the page the reader stays at when it grows.
func (v TimelineView) keepsTo() string {
	if v.NewestFirst {
		return "start"
	}
	return "end"
}
