package demo

import "helphub/internal/staff"

const companyName = "Refrigeração Andrade"

type person struct {
	name, username, phone string
	role                  staff.RoleKey
}

// The first is the administrator who sets the company up.
var people = []person{
	{"Célia Prado", "celia", "19991230001", staff.Administrator},
	{"Ana Ribeiro", "ana", "19991230002", staff.Attendant},
	{"Rui Nogueira", "rui", "19991230003", staff.Attendant},
	{"Bruno Teles", "bruno", "19991230004", staff.Technician},
	{"Helena Souza", "helena", "19991230005", staff.Technician},
	{"Diego Farias", "diego", "19991230006", staff.Technician},
	{"Joana Maciel", "joana", "19991230007", staff.Technician},
}

var departments = []string{"Refrigeração", "Climatização", "Elétrica", "Informática", "Garantia"}

type shop struct{ legal, trade, district string }

var shops = []shop{
	{"Padaria e Confeitaria Central Ltda", "Padaria Central", "Centro"},
	{"Hotel Mirante da Serra S.A.", "Hotel Mirante", "Nova Campinas"},
	{"Açougue Dois Irmãos Ltda", "Açougue Dois Irmãos", "Vila Industrial"},
	{"Sorveteria Geladinho ME", "Sorveteria Geladinho", "Cambuí"},
	{"Clínica Veterinária Patas e Pelos Ltda", "Patas e Pelos", "Taquaral"},
	{"Supermercado Bom Preço de Barão Geraldo Ltda", "Bom Preço Barão", "Barão Geraldo"},
	{"Escola Municipal Professora Lúcia Helena", "EM Lúcia Helena", "Jardim Aurélia"},
	{"Laboratório de Análises São Lucas Ltda", "Laboratório São Lucas", "Guanabara"},
	{"Restaurante Cantina do Nonno Ltda", "Cantina do Nonno", "Sousas"},
	{"Floricultura Jardim das Acácias ME", "Jardim das Acácias", "Castelo"},
	{"Condomínio Edifício Aurora", "", "Botafogo"},
	{"Peixaria Porto Seguro Ltda", "Peixaria Porto Seguro", "Mercadão"},
	{"Academia Corpo em Movimento Ltda", "Corpo em Movimento", "Cambuí"},
	{"Farmácia Popular do Taquaral Ltda", "Farmácia do Taquaral", "Taquaral"},
	{"Gráfica Rápida Impressão Ltda", "Gráfica Impressão", "Bonfim"},
	{"Oficina Mecânica do Tonico Ltda", "Oficina do Tonico", "São Bernardo"},
	{"Associação Beneficente dos Funcionários Aposentados do Vale do Paraíba", "AFAVAP", "Centro"},
	{"Distribuidora de Laticínios Serra Azul Ltda", "Laticínios Serra Azul", "Distrito Industrial"},
	{"Buffet Infantil Mundo Mágico ME", "Mundo Mágico", "Swift"},
	{"Cervejaria Artesanal Três Lúpulos Ltda", "Três Lúpulos", "Barão Geraldo"},
	{"Marta Oliveira", "", "Centro"},
	{"João Batista de Almeida", "", "Jardim Chapadão"},
	{"Regina Célia Figueiredo", "", "Proença"},
	{"Wagner Tadeu Brandão", "", "Ponte Preta"},
}

// contacts speak for the customers in their tickets.
var contacts = []string{
	"Marta Oliveira", "Sérgio Yamada", "Paulo Henrique Dias", "Lurdes Camargo", "Renata Pires", "Gilberto Nunes",
	"Tereza Antunes", "Dra. Mônica Leal", "Giovanni Rossi", "Neide Moura",
}

var streets = []string{
	"Rua Barão de Jaguara", "Avenida Norte-Sul", "Rua Conceição", "Avenida Brasil", "Rua Coronel Quirino",
	"Avenida Doutor Nelson d’Ávila", "Rua Maria Monteiro", "Rua Sacramento", "Avenida Orosimbo Maia",
}

type voice string

const (
	team   voice = "team"   // a reply to the customer
	note   voice = "note"   // for the team
	caller voice = "caller" // the customer's own words
)

type line struct {
	voice voice
	text  string
}

type story struct {
	subject, description, department, priority string
	lines                                      []line
}
