// draft: what is written in textarea[data-draft] is kept on the device under
// the person and the key, comes back after a reload, and goes once the server
// has taken it. Drafts older than 30 days go too.
const words = document.getElementById("words")?.dataset ?? {};
const prefix = `helphub:draft:${document.body.dataset.user ?? ""}:`;
const oldest = 30 * 24 * 3600 * 1000;
const timers = new WeakMap();

const storage = {
  get(key) {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  },
  set(key, value) {
    try {
      if (value) localStorage.setItem(key, JSON.stringify(value));
      else localStorage.removeItem(key);
      return true;
    } catch {
      return false; // storage full or refused: the field itself still holds the text
    }
  },
};

const keyOf = (field) => prefix + field.dataset.draft;
const clock = (at) => new Date(at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });

function say(field, text, at) {
  const place = field.form?.querySelector("[data-draft-status]");
  if (place) place.textContent = text && at ? text.replace("{time}", clock(at)) : "";
}

function keep(field) {
  const at = Date.now();
  const text = field.value;
  const sent = field.form?.elements.form_id?.value;
  if (!storage.set(keyOf(field), text.trim() ? { text, at, sent } : null)) return;
  say(field, words.draftSaved, text.trim() ? at : 0);
}

function forget(field) {
  clearTimeout(timers.get(field));
  storage.set(keyOf(field), null);
  say(field);
}

// The text comes back into an empty field, unless the page shows that it was
// taken: the form's id is the id of what it made.
function restore(field) {
  const draft = storage.get(keyOf(field));
  if (!draft || field.dataset.draftReady) return;
  field.dataset.draftReady = "true";
  const taken = draft.sent && document.querySelector(`[id$="-${CSS.escape(draft.sent)}"]`);
  if (taken || Date.now() - draft.at > oldest) return storage.set(keyOf(field), null);
  if (field.value.trim() || !draft.text) return;
  field.value = draft.text;
  say(field, words.draftRestored, draft.at);
  field.dispatchEvent(new Event("helphub:restored", { bubbles: true }));
}

const scan = () => document.querySelectorAll("textarea[data-draft]").forEach(restore);
scan();
document.addEventListener("htmx:after:swap", scan);

document.addEventListener("input", ({ target }) => {
  if (!target.matches?.("textarea[data-draft]")) return;
  clearTimeout(timers.get(target));
  timers.set(target, setTimeout(() => keep(target), 400));
});

// Leaving within those 400 ms loses nothing
window.addEventListener("pagehide", () => {
  for (const field of document.querySelectorAll("textarea[data-draft]")) {
    if (field.value !== field.defaultValue && field.value.trim()) keep(field);
  }
});

document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  const form = ctx.sourceElement?.closest?.("form");
  if (!form || ctx.request.method !== "POST" || ctx.response.status >= 400) return;
  form.querySelectorAll("textarea[data-draft]").forEach((field) => {
    forget(field);
    field.defaultValue = field.value;
  });
});
