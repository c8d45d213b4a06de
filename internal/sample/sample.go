// Package sample is one small world with names: a company, its people, its
// customers and tickets, as plain values. Tests, the gallery and the demo draw
// from it, so that the people are always Ana, Bruno and Célia. It is not a
// fixture loader: it writes nothing.
package sample

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"helphub/internal/staff"
	"helphub/internal/ticket"
)

// Company is whose help desk it is.
const Company = "Refrigeração Andrade"

// Now is the moment this world stands still at: Monday 23 November 2026, 14:05
// in São Paulo.
var Now = time.Date(2026, time.November, 23, 17, 5, 0, 0, time.UTC)

// Zone is the company's zone, without the zone database: São Paulo has had no
// summer time since 2019.
var Zone = time.FixedZone("America/Sao_Paulo", -3*60*60)

// The people.
var (
	Ana   = actor("Ana Ribeiro", "ana", staff.Attendant)
	Bruno = actor("Bruno Teles", "bruno", staff.Technician)
	Celia = actor("Célia Prado", "celia", staff.Administrator)
)

func actor(name, username string, role staff.RoleKey) staff.Actor {
	return staff.Actor{
		ID:       id("staff-" + username),
		Name:     name,
		Username: username,
		Role:     staff.Role{ID: id("role-" + string(role)), Key: role, Permissions: staff.BuiltIn(role)},
	}
}

// LongName is a customer's name as long as one meets.
const LongName = "Associação Beneficente dos Funcionários Aposentados do Vale do Paraíba"

// Departments are the teams.
var Departments = []ticket.Ref{
	{ID: id("department-refrigeracao"), Name: "Refrigeração"},
	{ID: id("department-climatizacao"), Name: "Climatização"},
	{ID: id("department-eletrica"), Name: "Elétrica"},
}

// Customers are who calls; the first is Padaria Central.
var Customers = []ticket.Ref{
	{ID: id("customer-padaria"), Name: "Padaria Central"},
	{ID: id("customer-hotel"), Name: "Hotel Mirante"},
	{ID: id("customer-clinica"), Name: "Clínica São Lucas"},
	{ID: id("customer-afavap"), Name: LongName},
}

// Tickets has one of every status and priority, one with the longest subject,
// one without technician and department, one with the longest word.
func Tickets() []ticket.Ticket {
	bruno := ticket.Ref{ID: Bruno.ID, Name: Bruno.Name}
	celia := ticket.Ref{ID: Celia.ID, Name: Celia.Name}
	longest := strings.Repeat("Bebedouro industrial sem água gelada no galpão dois. ", 3)
	all := []ticket.Ticket{
		{Protocol: "20261123-7F3K9Q2M", Subject: "Câmara fria não atinge temperatura, carga em risco", Status: ticket.Open, Priority: ticket.Critical, Level: 2, Customer: Customers[0], Department: Departments[0], Technician: bruno},
		{Protocol: "20261123-W6KA2SYA", Subject: "Ar-condicionado da recepção pinga sobre o balcão", Status: ticket.Scheduled, Priority: ticket.High, Level: 1, Customer: Customers[1], Department: Departments[1], Technician: bruno},
		{Protocol: "20261123-R5CW8KW0", Subject: "Orçamento de compressor de 5 HP", Status: ticket.Pending, Priority: ticket.Normal, Level: 1, Customer: Customers[1], Department: Departments[2]},
		{Protocol: "20261122-5Y83SQ8R", Subject: "Geladeira de vacinas acima de 8 °C", Status: ticket.Escalated, Priority: ticket.Critical, Level: 3, Customer: Customers[2], Department: Departments[0], Technician: celia},
		{Protocol: "20261120-9XWM4D0B", Subject: string([]rune(longest)[:ticket.MaxSubject]), Status: ticket.Open, Priority: ticket.Low, Level: 1, Customer: Customers[3]},
		{Protocol: "20261119-9CJCXN1E", Subject: strings.Repeat("m", 60), Status: ticket.Closed, Priority: ticket.Normal, Level: 1, Customer: Customers[0], Department: Departments[1], Technician: bruno},
	}
	for i := range all {
		all[i].ID = id("ticket-" + string(all[i].Protocol))
		all[i].OpenedAt = Now.Add(-time.Duration(6*i+6) * time.Hour)
		all[i].LastActivity = Now.Add(-time.Duration(i*i) * time.Hour)
		all[i].OpenedBy = ticket.Ref{ID: Ana.ID, Name: Ana.Name}
		all[i].Version = i + 1
	}
	return all
}

// id makes a stable id from a name, so that the same world always looks alike.
func id(name string) uuid.UUID {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("helphub:"+name))
}
