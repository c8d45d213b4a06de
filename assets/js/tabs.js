// tabs: of a row of tabs that is too long, the current one is in sight.
for (const row of document.querySelectorAll(".tabs")) {
  const current = row.querySelector("[aria-current]");
  if (current) row.scrollLeft = current.offsetLeft - (row.clientWidth - current.offsetWidth) / 2;
}
