// keys: the keyboard's short ways, never while one types. Single letters can be
// switched off on the device (WCAG 2.1.4); Ctrl K always works.
const stored = "helphub:keys";
const enabled = () => localStorage.getItem(stored) !== "off";
const typing = (el) => el.isContentEditable || el.matches?.("input:not([type=checkbox], [type=radio]), textarea, select");

function focusSearch() {
  const field = document.querySelector("[data-search]");
  if (!field) return;
  const box = field.closest("form");
  box.dataset.open = "";
  field.focus();
  field.select();
  field.addEventListener("blur", () => delete box.dataset.open, { once: true });
}

function move(step) {
  const rows = [...document.querySelectorAll("[data-rows] > tr:not([data-held])")];
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.hasAttribute("data-current"));
  const row = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + step, 0), rows.length - 1)];
  rows[at]?.removeAttribute("data-current");
  row.setAttribute("data-current", "");
  row.querySelector("a.cover")?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

const ways = {
  "/": focusSearch,
  n: () => document.querySelector("a[data-new]")?.click(),
  j: () => move(1),
  k: () => move(-1),
  Enter: () => document.querySelector("[data-rows] > tr[data-current] a.cover")?.click(),
  r: () => document.querySelector("[data-reply]")?.focus(),
  "?": () => document.getElementById("keys")?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    focusSearch();
    return;
  }
  if (event.key === "Escape") {
    if (event.target.matches?.("[data-search]")) event.target.blur();
    document.querySelector("[data-rows] > tr[data-current]")?.removeAttribute("data-current");
    if (event.target.matches?.("[data-rows] a.cover")) event.target.blur();
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (document.querySelector("dialog:modal, [popover]:popover-open") || !enabled()) return;
  // Enter on a button or link is theirs
  if (event.key === "Enter" && event.target.closest("a, button, summary")) return;
  const way = ways[event.key];
  if (!way) return;
  event.preventDefault();
  way();
});

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-focus-search]")) focusSearch();
});

// Where the pointer or the focus went is where j and k go on from
document.addEventListener("focusin", ({ target }) => {
  const row = target.closest?.("[data-rows] > tr");
  if (!row || row.hasAttribute("data-current")) return;
  document.querySelector("[data-rows] > tr[data-current]")?.removeAttribute("data-current");
  row.setAttribute("data-current", "");
});

for (const toggle of document.querySelectorAll("[data-keys-toggle]")) {
  toggle.checked = enabled();
  toggle.addEventListener("change", () => localStorage.setItem(stored, toggle.checked ? "on" : "off"));
}
