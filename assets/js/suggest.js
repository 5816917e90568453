// Suggestions below a search box, as a combobox after the ARIA Authoring Practices (a list that
// completes nothing by itself). The box is an ordinary one without this script.

const WAIT = 120; // ms after the last key
const SHORTEST = 1;

let boxes = 0;

/** `data-suggest="/suggest?region=…"` on the input; `data-suggest-label` names the list. */
export function suggestions(root) {
  for (const input of root.querySelectorAll("input[data-suggest]")) new Suggestions(input);
}

class Suggestions {
  constructor(input) {
    this.input = input;
    this.id = `suggestions-${++boxes}`;
    this.list = document.createElement("ul");
    this.list.id = this.id;
    this.list.className = "tb-suggestions";
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", input.dataset.suggestLabel || "");
    input.form.append(this.list);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", this.id);
    input.setAttribute("aria-expanded", "false");
    input.addEventListener("input", (event) => this.typed(event));
    input.addEventListener("compositionend", () => this.later());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => this.close());
    // The input keeps the focus, so that a click is not its end.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.go(option);
    });
  }

  typed(event) {
    // While an input method is composing, what stands there is not what is meant.
    if (!event.isComposing) this.later();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), WAIT);
  }

  async ask() {
    const words = this.input.value.trim();
    this.asked?.abort();
    if (words.length < SHORTEST) {
      this.close();
      return;
    }
    const address = new URL(this.input.dataset.suggest, location.href);
    address.searchParams.set("q", this.input.value.slice(0, 100));
    this.asked = new AbortController();
    try {
      const answer = await fetch(address, { credentials: "omit", signal: this.asked.signal });
      if (!answer.ok) return;
      const { suggestions } = await answer.json();
      if (document.activeElement === this.input) this.show(suggestions);
    } catch {
      // No connection, or typed on meanwhile: searching works without suggestions.
    }
  }

  show(suggestions) {
    this.list.replaceChildren(
      ...suggestions.map(({ name, href }, place) => {
        const option = document.createElement("li");
        option.id = `${this.id}-${place}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.textContent = name;
        option.dataset.href = href;
        return option;
      }),
    );
    this.list.hidden = suggestions.length === 0;
    this.input.setAttribute("aria-expanded", String(suggestions.length > 0));
    this.choose(-1);
  }

  close() {
    clearTimeout(this.timer);
    this.show([]);
  }

  choose(place) {
    this.chosen = place;
    for (const [other, option] of [...this.list.children].entries()) {
      option.setAttribute("aria-selected", String(other === place));
      if (other === place) option.scrollIntoView({ block: "nearest" });
    }
    if (place < 0) this.input.removeAttribute("aria-activedescendant");
    else this.input.setAttribute("aria-activedescendant", `${this.id}-${place}`);
  }

  key(event) {
    if (event.isComposing || this.list.hidden) return;
    const last = this.list.children.length - 1;
    if (event.key === "ArrowDown") this.choose(this.chosen < last ? this.chosen + 1 : -1);
    else if (event.key === "ArrowUp") this.choose(this.chosen < 0 ? last : this.chosen - 1);
    else if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && this.chosen >= 0) this.go(this.list.children[this.chosen]);
    else return;
    event.preventDefault();
  }

  go(option) {
    location.assign(option.dataset.href);
  }
}
