// Queues from the keyboard: j and k move, Enter opens, x ticks, "/" goes to the search box.

function isTyping(target) {
  return target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]");
}

/** `<table data-keys>`: rows with a link; `<input data-keys-search>`: where "/" goes. */
export function keyboardTables(root) {
  const table = root.querySelector("table[data-keys]");
  const search = root.querySelector("[data-keys-search]");
  if (!table && !search) return;
  const links = table ? [...table.querySelectorAll("tbody tr")].map((row) => row.querySelector("a")).filter(Boolean) : [];

  const move = (step) => {
    const row = document.activeElement?.closest("tbody tr");
    const at = row ? links.findIndex((link) => row.contains(link)) : -1;
    const next = links[Math.min(Math.max(at + step, 0), links.length - 1)];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const typing = isTyping(event.target);
    const isCheckbox = event.target instanceof HTMLInputElement && event.target.type === "checkbox";
    if (typing && !isCheckbox) return;
    if (event.key === "/" && search) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "j") {
      move(1);
    } else if (event.key === "k") {
      move(-1);
    } else if (event.key === "x") {
      document.activeElement?.closest("tbody tr")?.querySelector("input[type=checkbox]")?.click();
    }
    // Enter needs nothing: the link of the row has the focus.
  });
}

/** `data-check-all` in a table's head: ticks and unticks every row. */
export function checkAll(root) {
  for (const box of root.querySelectorAll("input[data-check-all]")) {
    box.hidden = false;
    const boxes = box.closest("table").querySelectorAll("tbody input[type=checkbox]:not(:disabled)");
    box.addEventListener("change", () => {
      for (const one of boxes) one.checked = box.checked;
    });
  }
}
