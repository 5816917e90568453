// Buttons that only a script can serve. They carry `hidden` and are shown here.

const SAID_FOR = 4000; // ms that "Copied" stands in the button's place

/** Shows `data-done` in the button for a while, and tells screen readers. */
function say(button, words) {
  const before = button.textContent;
  button.setAttribute("aria-live", "polite");
  button.textContent = words;
  setTimeout(() => {
    button.textContent = before;
  }, SAID_FOR);
}

/** `data-copy="text"` or `data-copy-from="#id"`: puts the text on the clipboard. */
export function copyButtons(root) {
  if (!navigator.clipboard) return;
  for (const button of root.querySelectorAll("[data-copy], [data-copy-from]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const source = button.dataset.copyFrom;
      const text = source ? root.querySelector(source).textContent.trim() : button.dataset.copy;
      await navigator.clipboard.writeText(text);
      say(button, button.dataset.done || "✓");
    });
  }
}

/** The account menu closes on Escape and on a click elsewhere, as menus do. */
export function menus(root) {
  const close = (event) => {
    for (const menu of root.querySelectorAll("details.tb-menu[open]")) {
      if (event.type === "click" && menu.contains(event.target)) continue;
      menu.open = false;
      if (event.type === "keydown") menu.querySelector("summary").focus();
    }
  };
  root.addEventListener("click", close);
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close(event);
  });
}

/** `data-print`: prints the page. */
export function printButtons(root) {
  for (const button of root.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}

/** `data-share`: hands the page's address to the device's share sheet, else copies it. */
export function shareButtons(root) {
  if (!navigator.share && !navigator.clipboard) return;
  for (const button of root.querySelectorAll("[data-share]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const page = { title: document.title, url: location.href.split("#")[0] };
      if (navigator.share) {
        try {
          await navigator.share(page);
        } catch (error) {
          if (error.name !== "AbortError") throw error; // the person closed the sheet
        }
        return;
      }
      await navigator.clipboard.writeText(page.url);
      say(button, button.dataset.done || "✓");
    });
  }
}
