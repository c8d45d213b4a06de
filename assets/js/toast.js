// toast: short notices at the edge of the screen. Three at most; they go after
// 6 s unless the pointer or the focus is on them; a danger stays. Anything may
// ask for one: document.dispatchEvent(new CustomEvent("helphub:toast",
// {detail: {kind, title, text}})).
const most = 3;
const life = 6000;
const place = document.getElementById("toasts");
const model = document.getElementById("toast-template");
const icons = { danger: "alert", warn: "alert", good: "status-closed", now: "info" };

function show({ kind = "now", title, text = "" }) {
  const card = model.content.firstElementChild.cloneNode(true);
  card.classList.replace("now", kind);
  card.dataset.toast = kind;
  card.querySelector("strong").textContent = title;
  card.querySelector("p > span").textContent = text;
  const use = card.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${icons[kind]}`));
  // The same sentence twice in a row says nothing new
  const last = place.lastElementChild;
  if (last?.querySelector("p").textContent === card.querySelector("p").textContent) last.remove();
  place.append(card);
}

function watch(card) {
  if (card.dataset.toast === "danger") return;
  let timer;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => card.remove(), life);
  };
  const hold = () => clearTimeout(timer);
  card.addEventListener("pointerenter", hold);
  card.addEventListener("focusin", hold);
  card.addEventListener("pointerleave", wait);
  card.addEventListener("focusout", wait);
  wait();
}

if (place && model) {
  for (const card of place.children) watch(card);
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      for (const card of addedNodes) if (card instanceof HTMLElement) watch(card);
    }
    while (place.children.length > most) place.firstElementChild.remove();
  }).observe(place, { childList: true });
  document.addEventListener("helphub:toast", (event) => show(event.detail));
  document.addEventListener("click", (event) => event.target.closest("[data-dismiss]")?.closest(".toast").remove());
}
