// limit: a field's counter, and a paste that is too long is cut with a word
// about it instead of silently. The server keeps the same limit.
const words = document.getElementById("words")?.dataset ?? {};
const format = (n) => n.toLocaleString(document.documentElement.lang);

function count(field) {
  const counter = field.id && document.querySelector(`[data-count-for="${CSS.escape(field.id)}"]`);
  if (!counter) return;
  counter.textContent = counter.dataset.text
    .replace("{n}", format([...field.value].length))
    .replace("{max}", format(field.maxLength));
}

document.addEventListener("input", ({ target }) => {
  if (target.maxLength > 0) count(target);
});
document.addEventListener("helphub:restored", ({ target }) => count(target));

document.addEventListener("paste", (event) => {
  const field = event.target;
  if (!(field.maxLength > 0) || field.selectionStart == null) return;
  const text = event.clipboardData?.getData("text") ?? "";
  const room = field.maxLength - (field.value.length - (field.selectionEnd - field.selectionStart));
  if (text.length <= room) return;
  event.preventDefault();
  // Not through the middle of a character that takes two places
  let end = Math.max(0, room);
  if (/[\uD800-\uDBFF]/.test(text[end - 1] ?? "")) end--;
  field.setRangeText(text.slice(0, end), field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertFromPaste" }));
  const title = words.pasteCut.replace("{max}", format(field.maxLength));
  document.dispatchEvent(new CustomEvent("helphub:toast", { detail: { kind: "warn", title } }));
});
