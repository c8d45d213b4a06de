// scroll: a live list that is read ([data-keep-scroll]) does not move under the
// reader when it changes: what stands in the window stays there, but for what
// goes elsewhere itself. Who is at the end of the page stays at the end.
const bar = 56; // px under the top bar
let stood = []; // what stood in the window, and where
let atEnd = false;

const listOf = (ctx) => {
  const target = ctx.target;
  return target?.matches?.("[data-keep-scroll]") ? target : target?.querySelector?.("[data-keep-scroll]");
};
const place = (el) => el.getBoundingClientRect();

document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
  const list = ctx.target instanceof Element ? listOf(ctx) : null;
  stood = [];
  if (!list || window.scrollY === 0) return;
  const { scrollHeight } = document.documentElement;
  atEnd = list.dataset.keepScroll === "end" && window.scrollY + window.innerHeight >= scrollHeight - 48;
  for (const el of list.querySelectorAll("[id]")) {
    const { top, bottom } = place(el);
    if (bottom > bar && top < window.innerHeight) stood.push([el, top]);
  }
});

// By how much most of it has moved
function shift() {
  const moves = stood.filter(([el]) => el.isConnected).map(([el, top]) => Math.round(place(el).top - top));
  const times = (move) => moves.filter((other) => other === move).length;
  return moves.reduce((most, move) => (times(move) > times(most) ? move : most), moves[0] ?? 0);
}

document.addEventListener("htmx:after:swap", () => {
  if (!stood.length) return;
  const to = atEnd ? document.documentElement.scrollHeight : window.scrollY + shift();
  window.scrollTo({ top: to, behavior: "instant" });
  stood = [];
});
