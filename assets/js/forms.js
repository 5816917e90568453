// Comforts for forms. Every form works the same, only less comfortably, without them.

const PAUSE = 1500; // ms without typing after which answers are saved

/** `data-submit-on-change`: a filter applies as soon as it is chosen. */
export function submitOnChange(root) {
  for (const form of root.querySelectorAll("form[data-submit-on-change]")) {
    form.addEventListener("change", () => form.requestSubmit());
    for (const button of form.querySelectorAll("[data-without-script]")) button.hidden = true;
  }
}

/**
 * `data-warn-unsaved`: the browser asks before it throws away what was typed; with `data-unsaved`
 * the page came with text that is not saved.
 */
export function warnUnsaved(root) {
  for (const form of root.querySelectorAll("form[data-warn-unsaved]")) {
    let isDirty = "unsaved" in form.dataset;
    form.addEventListener("input", () => {
      isDirty = true;
    });
    form.addEventListener("submit", () => {
      isDirty = false;
    });
    window.addEventListener("beforeunload", (event) => {
      if (isDirty) event.preventDefault();
    });
  }
}

/**
 * `data-autosave="url"`: posts the form a moment after typing stops. The state is told in the
 * form's `[data-autosave-state]`, in the words of its `data-saving`, `data-saved`, `data-failed`.
 * Files are left to the ordinary submit.
 */
export function autosave(root) {
  for (const form of root.querySelectorAll("form[data-autosave]")) {
    const state = form.querySelector("[data-autosave-state]");
    let timer;
    let running = null;
    let isSubmitting = false;
    const tell = (name) => {
      if (state) state.textContent = state.dataset[name] || "";
    };
    const save = async () => {
      if (isSubmitting) return;
      running?.abort();
      running = new AbortController();
      const answers = new FormData(form);
      for (const [name, value] of [...answers]) if (value instanceof File) answers.delete(name);
      tell("saving");
      try {
        const reply = await fetch(form.dataset.autosave, {
          method: "POST",
          body: answers,
          headers: { "X-Requested-With": "autosave" },
          signal: running.signal,
        });
        tell(reply.ok && !reply.redirected ? "saved" : "failed");
      } catch (error) {
        if (error.name !== "AbortError") tell("failed");
      }
    };
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(save, PAUSE);
    });
    form.addEventListener("submit", () => {
      // The real submit carries everything; a late autosave must not overtake it.
      isSubmitting = true;
      clearTimeout(timer);
      running?.abort();
    });
  }
}
