// sheet: what a link fetches into dialog[data-sheet] opens over the page, and an
// answer that leaves it empty closes it. Closed, it is emptied: opened again, it
// asks again.
const sheet = document.querySelector("dialog[data-sheet]");

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (!sheet || !(ctx.target === sheet || sheet.contains(ctx.sourceElement))) return;
  if (!sheet.firstElementChild) sheet.close();
  else if (!sheet.open) sheet.showModal();
});

sheet?.addEventListener("close", () => sheet.replaceChildren());
