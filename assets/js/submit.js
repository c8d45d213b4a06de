// submit: a form is sent once however often it is clicked, until the answer or
// the way back; Ctrl Enter sends what one writes; a filter is sent as soon as a
// choice changes.
const sending = new WeakSet();
const patience = 30000;

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (form.getAttribute("method")?.toLowerCase() !== "post") return;
    if (sending.has(form)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    sending.add(form);
    // Only afterwards: a disabled button would not be part of what is sent
    const button = event.submitter;
    setTimeout(() => {
      if (!sending.has(form) || !button) return;
      button.setAttribute("aria-busy", "true");
      button.disabled = true;
      // An answer that never came, or one that leaves the page as it is
      setTimeout(() => release(form), patience);
    });
  },
  true,
);

function release(form) {
  sending.delete(form);
  for (const button of form.querySelectorAll('button[aria-busy="true"]')) {
    button.removeAttribute("aria-busy");
    button.disabled = false;
  }
}

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  const form = ctx.sourceElement?.closest?.("form");
  if (form) release(form);
});

window.addEventListener("pageshow", ({ persisted }) => {
  if (persisted) for (const form of document.forms) release(form);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
  const form = event.target.closest?.("form[data-send]");
  if (!form) return;
  event.preventDefault();
  const visible = [...form.querySelectorAll('[type="submit"]:not(:disabled)')].find((b) => b.checkVisibility?.() ?? b.offsetParent);
  form.requestSubmit(visible);
});

document.addEventListener("change", ({ target }) => {
  target.closest?.("form[data-filter]")?.requestSubmit();
});
