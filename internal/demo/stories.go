package demo

// stories are what customers call about. Each is told by the customer, then by
// whoever answers.
var stories = []story{
	{"Câmara fria não atinge temperatura, carga em risco", "Desde ontem à noite a câmara fria não passa de 9 °C. Tem uns R$ 18 mil em laticínios lá dentro. Já limpamos a grade da condensadora e desligamos e ligamos de novo, não adiantou.", "Refrigeração", "critical", []line{
		{team, "Bom dia. Um técnico chega aí ainda pela manhã. Até lá, deixem a porta fechada e, se puderem, passem os laticínios mais caros para o balcão da frente."},
		{note, "Compressor puxando 14,2 A (nominal 11,8). Contatora com marcas de arco, condensadora muito suja por trás. Troco a contatora agora e cotamos o compressor. Não prometer prazo ao cliente antes de confirmar o estoque."},
		{team, "Trocamos a contatora e lavamos a condensadora. Às 10h30 a câmara marcava 6,1 °C e descendo. Fiquem de olho até a hora do almoço: se passar de 7 °C de novo, avisem por aqui."},
		{caller, "Voltou a subir, agora está em 7,4 °C. O compressor liga e desliga quase a cada minuto. Conseguem voltar ainda hoje?"},
	}},
	{"Ar-condicionado da recepção pinga sobre o balcão", "O aparelho da recepção começou a pingar em cima do computador. Já colocamos um balde, mas os hóspedes reclamam.", "Climatização", "high", []line{
		{team, "Desliguem esse aparelho por enquanto, a serpentina pode estar congelando. Vamos desobstruir o dreno."},
		{note, "Dreno entupido com lodo, provável falta de manutenção há mais de um ano. Oferecer contrato semestral."},
	}},
	{"Balcão refrigerado desarma o disjuntor", "Toda vez que o balcão liga, cai o disjuntor da loja inteira. Estamos com a vitrine desligada desde cedo.", "Elétrica", "high", []line{
		{team, "Pelo que descrevem, há fuga para o terra. Não religuem o balcão; levamos um megômetro."},
	}},
	{"Freezer horizontal faz barulho e não congela", "O freezer de picolé está batendo e os de baixo estão moles.", "Refrigeração", "normal", []line{
		{team, "O barulho pode ser o ventilador do evaporador. Podem mandar a marca e o modelo que estão na etiqueta, atrás?"},
		{caller, "É um Metalfrio DA550, tem uns seis anos."},
		{team, "Obrigado. Temos o ventilador em estoque, agendamos a troca."},
	}},
	{"Impressora de etiquetas corta no lugar errado", "Depois que trocamos o rolo, a impressora corta a etiqueta no meio do preço.", "Informática", "low", []line{
		{team, "O sensor precisa ser recalibrado: com a tampa fechada, segurem o botão de avanço por cinco segundos até saírem duas etiquetas em branco."},
		{caller, "Funcionou, muito obrigada."},
	}},
	{"Termostato da vitrine de tortas marca errado", "A vitrine mostra 4 °C, mas o termômetro de mercúrio marca 8 °C.", "Refrigeração", "normal", []line{
		{note, "Sonda NTC fora da faixa, levar duas de 10k."},
		{team, "É quase certo que seja a sonda. A troca é rápida e não precisa esvaziar a vitrine."},
	}},
	{"Instalação de dois splits na sala de banho e tosa", "Queremos dois aparelhos de 12.000 BTU na sala nova. O ponto elétrico já está pronto.", "Climatização", "low", []line{
		{team, "Preparamos o orçamento com os dois aparelhos, suportes e oito metros de tubulação. Enviamos por e-mail até amanhã."},
	}},
	{"Alarme de temperatura dispara de madrugada", "O alarme da câmara de vacinas tocou às 3h e às 4h. Quando o plantão chegou, estava tudo em 5 °C.", "Refrigeração", "critical", []line{
		{team, "Estamos baixando o registro do controlador para ver a que horas a temperatura subiu de verdade."},
		{note, "O degelo está programado para 3h e dura 40 min. Reduzir para 20 e pôr atraso de alarme de 30 min, com o de acordo da farmacêutica responsável."},
		{team, "O alarme coincide com o degelo. Ajustamos o tempo e o atraso do aviso; nesta noite acompanhamos à distância."},
	}},
	{"Geladeira industrial com porta desalinhada", "A porta da direita não veda, dá para ver a luz acesa por fora.", "Refrigeração", "normal", []line{
		{team, "Levamos um jogo de dobradiças e a borracha. É coisa de uma hora."},
	}},
	{"Computador do caixa reinicia sozinho", "No meio da venda o computador reinicia. Hoje foram quatro vezes.", "Informática", "high", []line{
		{team, "Podem ver se a tomada do computador é a mesma do micro-ondas? Queda de tensão causa exatamente isso."},
		{caller, "É a mesma sim! Mudamos de tomada e não reiniciou mais até agora."},
	}},
	{"Garantia: compressor trocado em agosto parou", "O compressor que vocês trocaram em agosto travou hoje de manhã. Ainda está na garantia?", "Garantia", "high", []line{
		{note, "OS de agosto confirma: garantia de 12 meses da peça. Abrir processo com o distribuidor antes de desmontar."},
		{team, "Está, sim. Levamos um compressor emprestado para não deixar vocês parados enquanto o fabricante analisa o antigo."},
	}},
	{"Nota fiscal da última visita veio com CNPJ antigo", "A nota da visita do mês passado saiu com o CNPJ da filial que fechou. Precisamos da correção para pagar.", "Garantia", "low", []line{
		{team, "Pedimos o cancelamento e a nova emissão. A nota corrigida chega em até dois dias úteis."},
	}},
	{"Cheiro de queimado no quadro elétrico da cozinha", "Sentimos cheiro de queimado perto do quadro e um dos disjuntores está quente.", "Elétrica", "critical", []line{
		{team, "Desliguem a chave geral da cozinha agora e não religuem. Estamos a caminho."},
		{note, "Borne frouxo no disjuntor do forno, isolação derretida. Trocar o disjuntor e reapertar o quadro inteiro."},
		{team, "Problema resolvido: um borne frouxo esquentava o disjuntor do forno. Trocamos e reapertamos tudo. Recomendamos revisão anual."},
	}},
	{"Rede sem fio cai no salão de festas", "O wi-fi funciona no escritório, mas no salão cai toda hora, principalmente em dia de festa.", "Informática", "normal", []line{
		{team, "O salão precisa de um ponto de acesso próprio: o sinal do escritório atravessa duas paredes de concreto."},
	}},
	{"Split do quarto 204 com cheiro de mofo", "O hóspede pediu para trocar de quarto por causa do cheiro.", "Climatização", "normal", []line{
		{team, "Fazemos a higienização completa com bactericida. Deixem o quarto livre por duas horas."},
	}},
	{"Manutenção preventiva do trimestre", "Está na época da preventiva dos onze aparelhos do prédio. Preferimos de manhã.", "Climatização", "low", nil},
	{"Gelo na parede do fundo da câmara de peixes", "Está formando uma placa de gelo na parede do fundo, já tem uns cinco centímetros.", "Refrigeração", "high", []line{
		{team, "Deve haver entrada de ar quente pela porta. Verifiquem se a cortina está inteira e se a porta fecha sozinha."},
		{caller, "A cortina está rasgada, sim. Duas tiras caíram."},
		{note, "Levar 4 tiras de PVC de 20 cm e a borracha da porta."},
	}},
	{"Esteira da academia desarma quando o ar liga", "Se o ar-condicionado está ligado, as esteiras desligam.", "Elétrica", "normal", []line{
		{team, "Os dois estão no mesmo circuito. Precisamos medir a corrente e, se for o caso, puxar um circuito novo."},
	}},
	{"Chopeira não gela no primeiro copo", "O primeiro copo sai quente, os outros saem bons.", "Refrigeração", "low", []line{
		{team, "É comum quando a serpentina fica sem recirculação. Regulamos o banco de gelo na próxima visita."},
	}},
	{"Leitor de código de barras não lê no escuro", "De noite o leitor não lê os códigos da prateleira de baixo.", "Informática", "low", nil},
	{"Vazamento de gás no expositor de bebidas", "O expositor chiou e depois parou de gelar. Ficou um cheiro estranho.", "Refrigeração", "high", []line{
		{team, "Deixem a porta da loja aberta e não usem chama por perto. Localizamos e soldamos o vazamento antes de recarregar."},
		{note, "R290: levar detector, válvula e vacuômetro. Não soldar dentro da loja."},
	}},
	{"Exaustor da cozinha treme e faz barulho", "O exaustor começou a tremer depois da limpeza.", "Climatização", "normal", []line{
		{team, "Pode ter sido montado fora do eixo depois da limpeza. Balanceamos a hélice."},
		{caller, "Agora está silencioso. Obrigado."},
	}},
}
