// presence: hides one's own face in lists that many people share, and tells the
// server that one is writing, every 4 s while one types in what [data-presence]
// holds. Who only looks is known by the open stream.
const me = document.body.dataset.user;
if (me) {
  const own = new CSSStyleSheet();
  own.replaceSync(`[data-staff="${me}"] { display: none; }`);
  document.adoptedStyleSheets.push(own);
}

const every = 4000;
const last = new WeakMap();

document.addEventListener("input", ({ target }) => {
  const place = target.closest?.("[data-presence]");
  if (!place || !target.matches("textarea")) return;
  const now = Date.now();
  if (now - (last.get(place) ?? 0) < every || !target.value.trim()) return;
  last.set(place, now);
  fetch(place.dataset.presence, {
    method: "POST",
    headers: {
      "Content-Type": "application/x-www-form-urlencoded",
      "HX-Request": "true",
      "X-CSRF-Token": document.querySelector('meta[name="csrf-token"]')?.content ?? "",
    },
    body: "writing=1",
  }).catch(() => {}); // a missed beat: the next one says it
});
