// picker: turns [data-picker], a choice of a few, into a field that finds one of
// many (WAI-ARIA combobox with a list). The choice underneath keeps the value
// that is posted; GET {data-picker}?q= answers <option> elements.
function line(option, id) {
  const li = Object.assign(document.createElement("li"), { id, role: "option" });
  const name = Object.assign(document.createElement("span"), { textContent: option.text.trim() });
  const help = Object.assign(document.createElement("small"), { className: "muted", textContent: option.dataset.help ?? "" });
  li.append(name, help);
  li.dataset.value = option.value;
  return li;
}

function enhance(root) {
  const [select, input, list, status] = ["select", "input", "ul", "[role=status]"].map((s) => root.querySelector(s));
  let at = -1; // the marked line
  let asked = 0; // so that a late answer does not replace a newer one
  let timer;
  const options = () => [...list.querySelectorAll("[role=option]")];
  const known = () => [...select.options].filter((o) => o.value);
  const chosen = () => (select.value ? select.selectedOptions[0].text.trim() : "");

  function mark(next) {
    at = next;
    options().forEach((line, i) => line.setAttribute("aria-selected", String(i === at)));
    input.setAttribute("aria-activedescendant", options()[at]?.id ?? "");
    options()[at]?.scrollIntoView({ block: "nearest" });
  }

  function open(show) {
    list.hidden = !show;
    input.setAttribute("aria-expanded", String(show));
    mark(-1);
  }

  function draw(found) {
    const { none, one, other } = root.dataset;
    list.replaceChildren(...found.map((o, i) => line(o, `${list.id}-${i}`)));
    list.dataset.none = none;
    status.textContent = found.length ? (found.length === 1 ? one : other).replace("{n}", found.length) : none;
    open(true);
    if (found.length && input.value) mark(0);
  }

  async function find() {
    const mine = ++asked;
    const q = input.value.trim();
    if (!q || q === chosen()) return draw(known());
    // Offline or refused: what is chosen stays
    const answer = await fetch(`${root.dataset.picker}?q=${encodeURIComponent(q)}`, { headers: { "HX-Request": "true" } }).catch(() => null);
    const html = answer?.ok ? await answer.text() : "";
    if (mine !== asked) return;
    const page = new DOMParser().parseFromString(`<select>${html}</select>`, "text/html");
    draw([...page.querySelectorAll("option")].filter((o) => o.value));
  }

  function choose(li) {
    const text = li.firstElementChild.textContent;
    if (!known().some((o) => o.value === li.dataset.value)) select.add(new Option(text, li.dataset.value));
    select.value = li.dataset.value;
    select.dispatchEvent(new Event("change", { bubbles: true }));
    settle();
  }

  // Text that names nobody goes back to who is chosen; an emptied field chooses nobody
  function settle(emptied = false) {
    if (emptied) select.value = "";
    input.value = chosen();
    open(false);
  }

  const keys = {
    ArrowDown: () => (list.hidden ? find() : mark((at + 1) % options().length)),
    ArrowUp: () => mark((at - 1 + options().length) % options().length),
    Enter: () => (list.hidden || at < 0 ? false : choose(options()[at])),
    Escape: () => (list.hidden ? false : settle()),
  };
  input.addEventListener("keydown", (event) => {
    if (!keys[event.key] || keys[event.key]() === false) return;
    event.preventDefault();
    event.stopPropagation();
  });
  const soon = () => (clearTimeout(timer), (timer = setTimeout(find, 150)));
  input.addEventListener("input", soon);
  input.addEventListener("click", () => list.hidden && find());
  input.addEventListener("focus", () => input.select());
  input.addEventListener("blur", () => settle(!input.value.trim()));
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", ({ target }) => target.closest("li") && choose(target.closest("li")));

  // The search takes the place of the choice: label and error links lead to it
  const { id, required } = select;
  Object.assign(select, { id: `${id}-value`, required: false });
  select.removeAttribute("aria-invalid");
  Object.assign(input, { id, required, value: chosen(), hidden: false });
  root.dataset.ready = "";
}

const scan = () => document.querySelectorAll("[data-picker]:not([data-ready])").forEach(enhance);
document.addEventListener("htmx:after:swap", scan);
scan();
