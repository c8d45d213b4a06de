// live: says whether the page hears of changes (live, waiting, offline), and
// that a session is over.
const words = document.getElementById("words")?.dataset ?? {};
const stream = document.getElementById("live");
const sign = document.querySelector("[data-live-state]");
const strip = document.getElementById("offline");

function say(state) {
  if (!sign || !stream) return;
  sign.hidden = false;
  sign.dataset.state = state;
  sign.title = words[`${state}Title`];
  sign.firstElementChild.textContent = words[state];
}

function tell(text, withDoor = false) {
  if (!strip) return;
  strip.hidden = !text;
  strip.querySelector("span").textContent = text ?? "";
  const door = strip.querySelector("a");
  door.hidden = !withDoor;
  door.href = `/login?next=${encodeURIComponent(location.pathname + location.search)}`;
}

// A page that comes back out of the browser's memory after its person has left
// is not for whoever sits there now
let restored = false;
window.addEventListener("pageshow", ({ persisted }) => (restored = persisted));

function sessionOver() {
  if (restored) return location.reload();
  tell(words.sessionOver, true);
}

// What asks by itself must not lead away from a page on which somebody writes
document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
  if (ctx.response.status !== 401 || !ctx.sourceElement?.getAttribute("hx-trigger")?.includes("#live")) return;
  delete ctx.hx.redirect;
  sessionOver();
});

if (stream) {
  say(navigator.onLine ? "waiting" : "offline");
  stream.addEventListener("htmx:sse:after:connection", () => {
    say("live");
    tell();
  });
  stream.addEventListener("htmx:sse:error", ({ detail }) => {
    say(navigator.onLine ? "waiting" : "offline");
    if (detail.status === 401) sessionOver();
  });
  stream.addEventListener("htmx:sse:close", () => say("waiting"));
  stream.addEventListener("htmx:error", () => say(navigator.onLine ? "waiting" : "offline"));
  stream.addEventListener("htmx:response:error", ({ detail }) => {
    say("waiting");
    if (detail.ctx.response.status === 401) sessionOver();
  });
}

window.addEventListener("offline", () => {
  say("offline");
  tell(words.offlineTitle);
});
window.addEventListener("online", () => {
  say("waiting");
  tell();
});
if (!navigator.onLine) tell(words.offlineTitle);
