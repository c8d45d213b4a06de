package handlers

import "net/http"

func (a *App) exportTickets(http.ResponseWriter, *http.Request) error { return errNoPage }
func (a *App) listTickets(http.ResponseWriter, *http.Request) error { return errNoPage }
func (a *App) showTicketRows(http.ResponseWriter, *http.Request) error { return errNoPage }
