package main

import (
	"strings"
	"time"

	"helphub/internal/fault"
	"helphub/internal/locale"
)

// refusal is a refusal that a page would explain beside a field, in words for
// a terminal; any other error is returned as it is.
func refusal(what string, err error) error {
	faults := fault.Of(err)
	if len(faults) == 0 {
		return err
	}
	english := locale.New(locale.En, time.UTC, time.Time{})
	reasons := make([]string, len(faults))
	for i, f := range faults {
		reasons[i] = english.T(f.Key, f.Args...)
		if f.Field != "" {
			reasons[i] = f.Field + ": " + reasons[i]
		}
	}
	return &problem{code: exitFailed, text: what + ": " + strings.Join(reasons, "; "), err: err}
}
