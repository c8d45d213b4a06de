// overlay: dialogs and menus where the browser needs help. Buttons with command
// open dialogs by themselves in current browsers; menus are placed at their
// button by anchors where there are any.
const commands = "commandForElement" in HTMLButtonElement.prototype;
const anchors = CSS.supports("position-area", "block-end");
const lightDismiss = "closedBy" in HTMLDialogElement.prototype;

document.addEventListener("click", (event) => {
  const { target } = event;
  const button = target.closest?.("[data-opens], [data-closes]");
  if (button && !commands) {
    const dialog = document.getElementById(button.dataset.opens ?? button.dataset.closes);
    if (button.dataset.closes) dialog?.close();
    else if (!dialog?.open) dialog?.showModal();
  }
  // A click beside a dialog is a click on it, outside of its content
  if (!lightDismiss && target.matches?.('dialog[open][closedby="any"]')) {
    const box = target.getBoundingClientRect();
    const inside =
      event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside) target.close();
  }
});

function place(menu) {
  const button = [...document.querySelectorAll(`[popovertarget="${CSS.escape(menu.id)}"]`)].find((b) => b.offsetParent);
  if (!button) return;
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = at.bottom + height <= window.innerHeight;
  const start = menu.querySelector(".menu-form") ? at.left : at.right - width;
  const left = Math.max(8, Math.min(start, window.innerWidth - width - 8));
  menu.style.inset = `${Math.max(8, below ? at.bottom : at.top - height)}px auto auto ${left}px`;
}

for (const menu of document.querySelectorAll(".menu[popover]")) {
  menu.addEventListener("toggle", ({ newState }) => {
    if (newState !== "open") return;
    if (!anchors) place(menu);
    // For what is fetched when a menu opens: hx-trigger="opened from:#…"
    menu.dispatchEvent(new Event("opened"));
  });
}
