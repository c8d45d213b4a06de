package handlers

import (
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"helphub/assets"
	"helphub/internal/staff"
)

// routes is the table of contents: every URL of the site on one page, each
// with the permission it needs.
func (a *App) routes() (http.Handler, error) {
	root := chi.NewRouter()
	root.Use(a.requestID, a.realIP, a.logged, a.recovered, a.headers)
	root.NotFound(a.do(func(http.ResponseWriter, *http.Request) error { return errNoPage }))
	root.MethodNotAllowed(a.do(refuseMethod))

	// Machines and files: no session, no cookie.
	root.Mount("/assets", assets.Handler())
	root.Get("/favicon.ico", a.do(a.showFavicon))
	root.Get("/healthz", a.do(a.showAlive))
	root.Get("/readyz", a.do(a.showReady))

	site := chi.NewRouter()
	site.Use(middleware.Compress(4, "text/html", "text/csv", "application/json", "image/svg+xml"), a.crossOrigin, a.bounded, a.sessions.LoadAndSave, a.identified, a.braked)
	site.NotFound(a.do(func(http.ResponseWriter, *http.Request) error { return errNoPage }))
	site.MethodNotAllowed(a.do(refuseMethod))
	var routes []Route
	t := table{app: a, mux: site, routes: &routes}
	a.doors(t)
	a.daily(t)
	a.administration(t)
	root.Mount("/", site)
	a.table = routes
	return root, nil
}

func (a *App) doors(t table) {
	t.get("/setup", staff.Anyone, a.newSetup)
	t.post("/setup", staff.Anyone, a.createSetup)
	t.get("/login", staff.Anyone, a.newSession)
	t.post("/login", staff.Anyone, a.createSession)
	t.post("/logout", staff.SignedIn, a.deleteSession)
	t.get("/version", staff.SettingsManage, a.showVersion)
	t.get("/live", staff.SignedIn, a.streamLive)

	t.get("/profile", staff.SignedIn, a.editProfile)
	t.post("/profile", staff.SignedIn, a.updateProfile)
	t.post("/profile/password", staff.SignedIn, a.updatePassword)
	t.get("/profile/sessions", staff.SignedIn, a.listSessions)
	t.post("/profile/sessions/{id}/revocation", staff.SignedIn, a.revokeSession)
	t.get("/notifications", staff.SignedIn, a.listNotifications)
	t.get("/notifications/bell", staff.SignedIn, a.showBell)
	t.get("/notifications/list", staff.SignedIn, a.showBellList)
	t.post("/notifications/reading", staff.SignedIn, a.readNotifications)
	t.get("/rail", staff.SignedIn, a.showRail)
}

func (a *App) daily(t table) {
	t.get("/", staff.SignedIn, a.showHome)

	t.get("/tickets", staff.TicketRead, a.listTickets)
	t.get("/tickets/rows", staff.TicketRead, a.showTicketRows)
	t.get("/tickets.csv", staff.TicketRead, a.exportTickets)
	t.get("/tickets/new", staff.TicketWrite, a.newTicket)
	t.post("/tickets", staff.TicketWrite, a.createTicket)
	t.get("/tickets/{protocol}", staff.TicketRead, a.showTicket)
	t.get("/tickets/{protocol}/live", staff.TicketRead, a.showTicketLive)
	t.get("/tickets/{protocol}/customer", staff.TicketRead, a.showTicketCustomer)
	t.get("/tickets/{protocol}/presence", staff.TicketRead, a.showPresence)
	t.post("/tickets/{protocol}/presence", staff.TicketRead, a.createPresence)
	t.get("/tickets/{protocol}/edit", staff.TicketWrite, a.editTicket)
	t.post("/tickets/{protocol}/edit", staff.TicketWrite, a.updateTicket)
	t.post("/tickets/{protocol}/replies", staff.TicketWrite, a.createReply)
	t.post("/tickets/{protocol}/notes", staff.TicketWrite, a.createNote)
	t.get("/tickets/{protocol}/transfer", staff.TicketWrite, a.newTransfer)
	t.post("/tickets/{protocol}/transfer", staff.TicketWrite, a.createTransfer)
	t.get("/tickets/{protocol}/escalation", staff.TicketWrite, a.newEscalation)
	t.post("/tickets/{protocol}/escalation", staff.TicketWrite, a.createEscalation)
	t.get("/tickets/{protocol}/assignment", staff.TicketWrite, a.newAssignment)
	t.post("/tickets/{protocol}/assignment", staff.TicketWrite, a.createAssignment)
	t.get("/tickets/{protocol}/pending", staff.TicketWrite, a.newPending)
	t.post("/tickets/{protocol}/pending", staff.TicketWrite, a.createPending)
	t.get("/tickets/{protocol}/closure", staff.TicketWrite, a.newClosure)
	t.post("/tickets/{protocol}/closure", staff.TicketWrite, a.createClosure)
	t.get("/tickets/{protocol}/reopening", staff.TicketWrite, a.newReopening)
	t.post("/tickets/{protocol}/reopening", staff.TicketWrite, a.createReopening)
	t.get("/tickets/{protocol}/deletion", staff.TicketDelete, a.newDeletion)
	t.post("/tickets/{protocol}/deletion", staff.TicketDelete, a.deleteTicket)
	t.get("/entries/{id}/retraction", staff.TicketWrite, a.newRetraction)
	t.post("/entries/{id}/retraction", staff.TicketWrite, a.createRetraction)

	t.get("/customers", staff.CustomerRead, a.listCustomers)
	t.get("/customers/rows", staff.CustomerRead, a.showCustomerRows)
	t.get("/customers/options", staff.CustomerRead, a.listCustomerOptions)
	t.get("/customers/new", staff.CustomerWrite, a.newCustomer)
	t.post("/customers", staff.CustomerWrite, a.createCustomer)
	t.get("/customers/{id}", staff.CustomerRead, a.showCustomer)
	t.get("/customers/{id}/live", staff.CustomerRead, a.showCustomerLive)
	t.get("/customers/{id}/edit", staff.CustomerWrite, a.editCustomer)
	t.post("/customers/{id}/edit", staff.CustomerWrite, a.updateCustomer)
	t.post("/customers/{id}/deletion", staff.CustomerDelete, a.deleteCustomer)
}

func (a *App) administration(t table) {
	t.get("/admin", staff.SignedIn, a.showAdmin)
	t.get("/admin/departments", staff.DepartmentManage, a.listDepartments)
	t.get("/admin/departments/rows", staff.DepartmentManage, a.showDepartmentRows)
	t.get("/admin/departments/new", staff.DepartmentManage, a.newDepartment)
	t.post("/admin/departments", staff.DepartmentManage, a.createDepartment)
	t.post("/admin/departments/new", staff.DepartmentManage, a.createDepartment)
	t.get("/admin/departments/{id}/edit", staff.DepartmentManage, a.editDepartment)
	t.post("/admin/departments/{id}/edit", staff.DepartmentManage, a.updateDepartment)
	t.post("/admin/departments/{id}/deletion", staff.DepartmentManage, a.deleteDepartment)
	t.get("/admin/staff", staff.StaffManage, a.listStaff)
	t.get("/admin/staff/rows", staff.StaffManage, a.showStaffRows)
	t.get("/admin/staff/new", staff.StaffManage, a.newStaff)
	t.post("/admin/staff", staff.StaffManage, a.createStaff)
	t.post("/admin/staff/new", staff.StaffManage, a.createStaff)
	t.get("/admin/staff/{id}/edit", staff.StaffManage, a.editStaff)
	t.post("/admin/staff/{id}/edit", staff.StaffManage, a.updateStaff)
	t.post("/admin/staff/{id}/deactivation", staff.StaffManage, a.deactivateStaff)
	t.post("/admin/staff/{id}/activation", staff.StaffManage, a.activateStaff)
}
