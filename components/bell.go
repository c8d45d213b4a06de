package components

import "context"

// bellLabel says the bell's name with how many are new.
func bellLabel(ctx context.Context, unread int) string {
	if unread == 0 {
		return t(ctx, "shell.bell")
	}
	return n(ctx, "shell.bell_unread", unread)
}
