package admin

import (
	"context"
	"fmt"
	"maps"

	"helphub/internal/fault"
	"helphub/internal/ledger"
	"helphub/internal/live"
	"helphub/internal/locale"
	"helphub/internal/staff"
	"helphub/queries"
)

// Profile is what a person sets about themselves.
type Profile struct {
	Name, Email, Phone string
	Language           string // empty: the company's
	Theme              string // empty: the system's
	TimelineOrder      string // asc, desc
	// Version the form was made from; 0 means whatever is stored.
	Version int
}

// check returns the profile normalised, and what does not fit.
func (p Profile) check(username string) (Profile, fault.Faults) {
	person, faults := NewStaff{Name: p.Name, Username: username, Email: p.Email, Phone: p.Phone}.check()
	p.Name, p.Email, p.Phone = person.Name, person.Email, person.Phone
	if _, ok := locale.ParseLang(p.Language); p.Language != "" && !ok {
		faults.Add(fault.ErrUnknown.On("language"))
	}
	switch p.Theme {
	case "", "light", "dark", "comfort":
	default:
		faults.Add(fault.ErrUnknown.On("theme"))
	}
	if p.TimelineOrder != "asc" && p.TimelineOrder != "desc" {
		faults.Add(fault.ErrUnknown.On("timeline_order"))
	}
	return p, faults
}

func (p Profile) fields() ledger.Fields {
	return ledger.Fields{
		"name": p.Name, "email": p.Email, "phone": p.Phone,
		"language": p.Language, "theme": p.Theme, "timeline_order": p.TimelineOrder,
	}
}

func profileFields(r queries.LockStaffRow) ledger.Fields {
	return Profile{
		Name: r.Name, Email: r.Email, Phone: r.Phone, Language: r.Language, Theme: r.Theme, TimelineOrder: r.TimelineOrder,
	}.fields()
}

// UpdateProfile saves the actor's own profile. ErrStaleStaff when an
// administrator changed the same field meanwhile.
func (o *Office) UpdateProfile(ctx context.Context, by staff.Actor, p Profile) error {
	p, faults := p.check(by.Username)
	if err := faults.Err(); err != nil {
		return err
	}
	err := o.ledger.Write(ctx, by, staff.SignedIn, func(ctx context.Context, c *ledger.Change) error {
		row, err := holdStaff(ctx, c, by.ID)
		if err != nil {
			return err
		}
		was := profileFields(row)
		is := p.fields()
		if p.Version > 0 {
			if is, err = changed(ctx, c, staffThing(row, p.Version), was, is, ErrStaleStaff); err != nil {
				return err
			}
		}
		if maps.Equal(was, is) {
			return c.Nothing()
		}
		err = c.Q.UpdateProfile(ctx, queries.UpdateProfileParams{
			ID: by.ID, Name: is["name"], Email: is["email"], Phone: is["phone"],
			Language: is["language"], Theme: is["theme"], TimelineOrder: is["timeline_order"], UpdatedAt: c.Now,
		})
		if err != nil {
			return fmt.Errorf("update profile: %w", taken(err))
		}
		c.Tell(live.Admin)
		if err := tellName(ctx, c, by.ID, was["name"], is["name"]); err != nil {
			return err
		}
		return c.Audit("profile.updated", "staff", by.ID, record(row, was, 0), record(row, is, 1))
	})
	return o.whoHas(ctx, err, NewStaff{Email: p.Email})
}
