// mask: CPF/CNPJ, telephone and CEP are written neatly when the field is left,
// never while typing. What does not look like one stays as it was typed: the
// server says what is wrong.
const masks = {
  // CPF has 11 digits; CNPJ 12 letters or digits and 2 check digits
  tax_id(text) {
    const s = text.toUpperCase().replace(/[\s./-]/g, "");
    if (/^\d{11}$/.test(s)) return s.replace(/(...)(...)(...)(..)/, "$1.$2.$3-$4");
    if (/^[\dA-Z]{12}\d\d$/.test(s)) return s.replace(/(..)(...)(...)(....)(..)/, "$1.$2.$3/$4-$5");
    return text;
  },
  // Area code and 8 or 9 digits, with or without the country's 55
  phone(text) {
    let s = text.replace(/[\s().-]/g, "");
    if (/^\+?55\d{10,11}$/.test(s)) s = s.replace(/^\+?55/, "");
    if (/^0\d{10,11}$/.test(s)) s = s.slice(1);
    if (/^\d{10,11}$/.test(s)) return s.replace(/^(..)(.+)(....)$/, "($1) $2-$3");
    return text;
  },
  postal_code(text) {
    const s = text.replace(/[\s.-]/g, "");
    return /^\d{8}$/.test(s) ? s.replace(/(.{5})(...)/, "$1-$2") : text;
  },
};

document.addEventListener("focusout", ({ target }) => {
  const mask = masks[target.dataset?.mask];
  if (!mask || target.readOnly) return;
  const neat = mask(target.value.trim());
  if (neat !== target.value) target.value = neat;
});
