// request: what every request of htmx carries and what is said when one fails.
// The token comes from the page's meta tag. A refusal that a form asked to draw
// (hx-status:422) is the form's; one of a live part shows in the live state;
// the others become a toast, and what was typed stays.
const words = document.getElementById("words")?.dataset ?? {};
const progress = document.getElementById("progress");
let pending = 0;

const isLivePart = (el) => el?.getAttribute?.("hx-trigger")?.includes("#live") || el?.id === "live";
const isDrawn = (el, status) =>
  [status, `${String(status).slice(0, 2)}x`, `${String(status)[0]}xx`].some((s) => el?.hasAttribute?.(`hx-status:${s}`));

function toast(title) {
  document.dispatchEvent(new CustomEvent("helphub:toast", { detail: { kind: "danger", title } }));
}

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  const token = document.querySelector('meta[name="csrf-token"]')?.content;
  if (token) ctx.request.headers["X-CSRF-Token"] = token;
  // A button that sends its form elsewhere does so as in any browser: a note
  // must never be sent where replies go
  const elsewhere = ctx.request.submitter?.getAttribute("formaction");
  if (elsewhere) ctx.request.action = elsewhere;
});

document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
  const { status, headers } = ctx.response;
  if (ctx.hx?.redirect || isLivePart(ctx.sourceElement) || isDrawn(ctx.sourceElement, status)) return;
  // The answer brings its own toast
  if (ctx.text?.includes('hx-target="#toasts"')) return;
  const known = words[`error-${status}`];
  toast(known ?? words.broke.replace("{id}", headers.get("X-Request-Id") ?? status));
});

document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  if (!isLivePart(ctx?.sourceElement)) toast(words.network);
});

// The bar on top, for requests that people wait for
document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  if (isLivePart(ctx.sourceElement)) return;
  pending++;
  if (progress) progress.hidden = false;
});
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  if (isLivePart(ctx.sourceElement)) return;
  pending = Math.max(0, pending - 1);
  if (progress) progress.hidden = pending === 0;
});

// After a refusal the focus goes to the first bad field, else to the summary
function toProblem(root) {
  const summary = root.querySelector("[data-summary]");
  if (!summary) return;
  const scope = summary.closest("form") ?? root;
  (scope.querySelector('[aria-invalid="true"]') ?? summary).focus();
}
toProblem(document);
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (ctx.request?.method === "POST" && ctx.response?.status >= 400) toProblem(document);
});
