package password

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"helphub/internal/fault"
)

// Limits of a password, in characters. There are no rules about digits or
// capitals: they make passwords worse (NIST SP 800-63B, 5.1.1.2).
const (
	MinLength = 10
	MaxLength = 128
)

// The refusals of Check besides fault.ErrRequired, ErrTooShort, ErrTooLong and
// ErrNotText.
var (
	// ErrName: the password is the person's username or name.
	ErrName = fault.New(fault.Invalid, "password.name")
	// ErrCommon: the password is one that guessers try first.
	ErrCommon = fault.New(fault.Invalid, "password.common")
)

// Check judges a password that somebody is about to take: MinLength to
// MaxLength characters, not the username or the name, not among the most
// common. It returns nil or one refusal without a field; the caller knows what
// its form calls it. Blanks count as characters and stay: a password is never
// trimmed.
func Check(pw, username, name string) *fault.Fault {
	pw = composed(pw)
	n := utf8.RuneCountInString(pw)
	switch {
	case pw == "":
		return fault.ErrRequired
	case !fault.Readable(pw) || strings.ContainsAny(pw, "\r\n"):
		return fault.ErrNotText
	case n < MinLength:
		return fault.ErrTooShort.With("min", MinLength)
	case n > MaxLength:
		return fault.ErrTooLong.With("max", MaxLength, "n", n)
	case isName(pw, username) || isName(pw, name):
		return ErrName
	case isCommon(pw):
		return ErrCommon
	}
	return nil
}

// isName reports whether the password is nothing but a name: capitals,
// blanks, punctuation and digits at its end do not hide it.
func isName(pw, name string) bool {
	name = letters(name)
	return name != "" && (letters(pw) == name || letters(word(pw)) == name)
}

// isCommon reports whether the password is one character over and over, one of
// the common sequences, or one of the common words with the usual disguises:
// digits and signs at either end, signs for letters.
func isCommon(pw string) bool {
	pw = strings.ToLower(pw)
	first, _ := utf8.DecodeRuneInString(pw)
	if strings.Count(pw, string(first)) == utf8.RuneCountInString(pw) {
		return true
	}
	for run := range strings.FieldsSeq(sequences) {
		if strings.HasPrefix(strings.Repeat(run, MaxLength/len(run)+1), pw) {
			return true
		}
	}
	for common := range strings.FieldsSeq(words) {
		if letters(word(pw)) == common || letters(word(undisguised.Replace(word(pw)))) == common {
			return true
		}
	}
	return false
}

// word is a password without the digits and signs at its ends.
func word(pw string) string {
	return strings.TrimFunc(pw, func(r rune) bool { return !unicode.IsLetter(r) && !strings.ContainsRune("@$", r) })
}

// letters keeps the letters and digits of a password or a name, in lower case
// and without accents.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFD.String(s))
}

var undisguised = strings.NewReplacer("@", "a", "4", "a", "3", "e", "1", "i", "!", "i", "0", "o", "$", "s", "5", "s", "7", "t")

// sequences are what fingers type without thinking; one counts however long
// it is carried on.
const sequences = `
1234567890 0123456789 0987654321 9876543210 123456789 12345678 1234567 123456 12345 1234 123 12 987654321
1q2w3e4r5t6y7u8i9o0p qwertyuiopasdfghjklzxcvbnm qwertyuiop qwerty asdfghjkl zxcvbnm abcdefghijklmnopqrstuvwxyz
abc123 1234qwer q1w2e3r4t5y6u7i8o9p0 1qaz2wsx3edc4rfv5tgb qazwsxedcrfvtgb 1a2b3c4d5e6f7g8h9i0j a1b2c3d4e5f6g7h8i9j0
112233445566778899 11223344 121212 123321 123123 qwe123 qwert123 asd123 123qwe 123mudar 123456a 12345678a 123456789a 1234567890a
`

// words are the common ones, in both languages of the screen, and what is
// printed on this product.
const words = `
senha senhas minhasenha novasenha senhaforte senhasegura senhanova password passwords mypassword newpassword passwort
passe contrasena admin administrador administrator root toor user usuario guest visitante teste testando test testing
mudar mude mudarsenha trocar trocarsenha changeme changethis letmein welcome bemvindo bemvinda entrar acesso acessar
login master super superuser sistema system suporte support helpdesk helphub chamado chamados atendimento atendente
tecnico tecnica technician operador empresa company assistencia escritorio secret secreto segredo default padrao
qwerty qwertyuiop azerty asdfgh asdfghjkl zxcvbn zxcvbnm iloveyou iloveu teamo euteamo amor amormeu meuamor amorzinho
princesa princess sunshine football futebol baseball monkey dragon shadow michael jessica superman batman pokemon
starwars naruto brasil brazil brasileiro saopaulo riodejaneiro flamengo corinthians palmeiras santos vasco gremio
internacional cruzeiro botafogo fluminense atletico deus jesus jesuscristo deusefiel deuseamor jesusteama jesusamor
familia felicidade gabriel rafael lucas mateus matheus maria mariana fernanda juliana patricia ricardo eduardo
janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro
january february march april june july august september october november december
segunda terca quarta quinta sexta sabado domingo primavera verao outono inverno spring summer autumn winter
trustno computer computador internet whatever freedom liberdade hello ola ninja mustang access killer cookie
chocolate cachorro cachorrinho gatinho estrela borboleta
`
