// Says in the list of a page's parts which of them is being read.

/** `.tb-toc`: its link to the part at the top of the window carries `aria-current`. */
export function contents(root) {
  const links = [...root.querySelectorAll(".tb-toc a[href^='#']")];
  const parts = links.map((link) => root.querySelector(link.getAttribute("href")));
  if (!links.length || parts.some((part) => !part)) return;
  const update = () => {
    const line = window.innerHeight / 3;
    let here = -1;
    parts.forEach((part, place) => {
      if (part.getBoundingClientRect().top < line) here = place;
    });
    links.forEach((link, place) => {
      if (place === here) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
  };
  let isWaiting = false;
  window.addEventListener(
    "scroll",
    () => {
      if (isWaiting) return;
      isWaiting = true;
      requestAnimationFrame(() => {
        isWaiting = false;
        update();
      });
    },
    { passive: true },
  );
  update();
}
