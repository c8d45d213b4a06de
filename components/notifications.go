package components

// NotificationsView is what one was told, on a page of its own.
type NotificationsView struct {
	List   []Notification
	Unread bool
	CSRF   string
	// URL is the list's live part; Topic is the reader's own.
	URL, Topic string
}
