// density: compact rows, remembered on the device.
const stored = "helphub:density";
const root = document.documentElement;

function apply(compact) {
  if (compact) root.dataset.density = "compact";
  else delete root.dataset.density;
  for (const button of document.querySelectorAll("[data-density-toggle]")) button.setAttribute("aria-pressed", compact);
}

apply(localStorage.getItem(stored) === "compact");
document.addEventListener("click", ({ target }) => {
  if (!target.closest?.("[data-density-toggle]")) return;
  const compact = root.dataset.density !== "compact";
  localStorage.setItem(stored, compact ? "compact" : "normal");
  apply(compact);
});
