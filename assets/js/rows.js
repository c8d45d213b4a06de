// rows: a live list of rows ([data-rows]). What changed tints for a moment; what
// is new waits behind a strip while the reader has scrolled, walks the rows or
// selects text, and simply appears otherwise. The marks (data-held,
// data-changed, data-current) survive the morph by the page's htmx-config.
const strip = document.querySelector("[data-news]");

// A live part is the list itself, or holds it with what stands around it
const listIn = (part) => (part?.matches?.("[data-rows]") ? part : part?.querySelector?.("[data-rows]"));
const rowsIn = (list) => [...list.querySelectorAll(":scope > tr[id]")];
const held = () => document.querySelectorAll("[data-rows] > tr[data-held]");

function busy(list) {
  const selection = getSelection();
  return (
    window.scrollY > 40 ||
    Boolean(list.querySelector("tr[data-current]")) ||
    (!selection.isCollapsed && list.contains(selection.anchorNode))
  );
}

function announce() {
  if (!strip) return;
  const n = held().length;
  strip.hidden = n === 0;
  const text = (n === 1 ? strip.dataset.one : strip.dataset.other).replace("{n}", n);
  strip.querySelector("[data-news-text]").textContent = n ? text : "";
}

function letIn() {
  for (const row of held()) {
    row.removeAttribute("data-held");
    tint(row);
  }
  announce();
}

function tint(row) {
  row.removeAttribute("data-changed");
  void row.offsetWidth; // begin the animation anew
  row.setAttribute("data-changed", "");
  setTimeout(() => row.removeAttribute("data-changed"), 4000);
}

let before = null;

document.addEventListener("htmx:before:swap", ({ detail: { ctx, tasks } }) => {
  const list = listIn(ctx.target);
  if (!list) return;
  before = new Map(rowsIn(list).map((row) => [row.id, row.dataset.version]));
  if (!strip || !busy(list)) return;
  for (const row of tasks[0]?.fragment.querySelectorAll("tr[id]") ?? []) {
    if (!before.has(row.id)) row.setAttribute("data-held", "");
  }
});

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  const list = listIn(ctx.target);
  if (!before || !list) return;
  for (const row of rowsIn(list)) {
    const known = before.has(row.id);
    if (known ? before.get(row.id) !== row.dataset.version : !row.hasAttribute("data-held")) tint(row);
  }
  before = null;
  announce();
});

strip?.addEventListener("click", () => {
  letIn();
  window.scrollTo({ top: 0, behavior: "instant" });
});

// Back at the top with nothing under way: there is no reason left to wait
window.addEventListener(
  "scroll",
  () => {
    if (window.scrollY === 0 && held().length && !document.querySelector("[data-rows] > tr[data-current]")) letIn();
  },
  { passive: true },
);
