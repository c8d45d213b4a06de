package handlers

import "net/http"

func (a *App) activateStaff(http.ResponseWriter, *http.Request) error { return errNoPage }
func (a *App) createCustomer(http.ResponseWriter, *http.Request) error { return errNoPage }
func (a *App) createDepartment(http.ResponseWriter, *http.Request) error { return errNoPage }
func (a *App) createStaff(http.ResponseWriter, *http.Request) error { return errNoPage }
func (a *App) deactivateStaff(http.ResponseWriter, *http.Request) error { return errNoPage }
func (a *App) deleteDepartment(http.ResponseWriter, *http.Request) error { return errNoPage }
func (a *App) editCustomer(http.ResponseWriter, *http.Request) error { return errNoPage }
func (a *App) editDepartment(http.ResponseWriter, *http.Request) error { return errNoPage }
func (a *App) editProfile(http.ResponseWriter, *http.Request) error { return errNoPage }
func (a *App) editStaff(http.ResponseWriter, *http.Request) error { return errNoPage }
func (a *App) exportTickets(http.ResponseWriter, *http.Request) error { return errNoPage }
func (a *App) listCustomerOptions(http.ResponseWriter, *http.Request) error { return errNoPage }
func (a *App) listCustomers(http.ResponseWriter, *http.Request) error { return errNoPage }
func (a *App) listDepartments(http.ResponseWriter, *http.Request) error { return errNoPage }
func (a *App) listNotifications(http.ResponseWriter, *http.Request) error { return errNoPage }
func (a *App) listSessions(http.ResponseWriter, *http.Request) error { return errNoPage }
func (a *App) listStaff(http.ResponseWriter, *http.Request) error { return errNoPage }
func (a *App) listTickets(http.ResponseWriter, *http.Request) error { return errNoPage }
func (a *App) newCustomer(http.ResponseWriter, *http.Request) error { return errNoPage }
func (a *App) newDepartment(http.ResponseWriter, *http.Request) error { return errNoPage }
func (a *App) newStaff(http.ResponseWriter, *http.Request) error { return errNoPage }
func (a *App) readNotifications(http.ResponseWriter, *http.Request) error { return errNoPage }
func (a *App) revokeSession(http.ResponseWriter, *http.Request) error { return errNoPage }
func (a *App) showBell(http.ResponseWriter, *http.Request) error { return errNoPage }
func (a *App) showBellList(http.ResponseWriter, *http.Request) error { return errNoPage }
func (a *App) showCustomer(http.ResponseWriter, *http.Request) error { return errNoPage }
func (a *App) showCustomerLive(http.ResponseWriter, *http.Request) error { return errNoPage }
func (a *App) showCustomerRows(http.ResponseWriter, *http.Request) error { return errNoPage }
func (a *App) showTicketRows(http.ResponseWriter, *http.Request) error { return errNoPage }
func (a *App) updateCustomer(http.ResponseWriter, *http.Request) error { return errNoPage }
func (a *App) updateDepartment(http.ResponseWriter, *http.Request) error { return errNoPage }
func (a *App) updatePassword(http.ResponseWriter, *http.Request) error { return errNoPage }
func (a *App) updateProfile(http.ResponseWriter, *http.Request) error { return errNoPage }
func (a *App) updateStaff(http.ResponseWriter, *http.Request) error { return errNoPage }
