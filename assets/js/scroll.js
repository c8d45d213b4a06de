// scroll: a live list that is read ([data-keep-scroll]) does not move under the
// reader when it grows: what stood at the top of the window stays there. Who is
// at the end of the page stays at the end.
const bar = 56; // px under the top bar
let anchor = null;
let offset = 0;
let atEnd = false;

const listOf = (ctx) => {
  const target = ctx.target;
  return target?.matches?.("[data-keep-scroll]") ? target : target?.querySelector?.("[data-keep-scroll]");
};

document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
  const list = ctx.target instanceof Element ? listOf(ctx) : null;
  anchor = null;
  if (!list) return;
  const page = document.documentElement;
  atEnd = list.dataset.keepScroll === "end" && window.scrollY > 0 && window.scrollY + window.innerHeight >= page.scrollHeight - 48;
  if (window.scrollY === 0 && !atEnd) return;
  anchor = [...list.querySelectorAll("[id]")].find((el) => el.getBoundingClientRect().bottom > bar) ?? null;
  offset = anchor?.getBoundingClientRect().top ?? 0;
});

document.addEventListener("htmx:after:swap", () => {
  if (!anchor) return;
  if (atEnd) window.scrollTo({ top: document.documentElement.scrollHeight, behavior: "instant" });
  else if (anchor.isConnected) window.scrollBy({ top: anchor.getBoundingClientRect().top - offset, behavior: "instant" });
  anchor = null;
});
