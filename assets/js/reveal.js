// Questions that depend on another answer of the same page, shown as soon as that answer is given.
// Without this script the page comes back with them after "Save and continue".

/** The answers given to a question: ticked radios and checkboxes, or the chosen option. */
function answersTo(form, name) {
  const answers = [];
  for (const control of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
    if (control.type === "radio" || control.type === "checkbox") {
      if (control.checked) answers.push(control.value);
    } else if (control.value) {
      answers.push(control.value);
    }
  }
  return answers;
}

/**
 * `data-reveal="married" data-reveal-values="yes"`: shown while that question has one of these
 * answers. Its `_hidden` input tells the server which questions the person could not see.
 */
export function revealQuestions(root) {
  for (const form of root.querySelectorAll("form")) {
    const questions = [...form.querySelectorAll("[data-reveal]")].filter((one) => one.dataset.reveal);
    if (!questions.length) continue;
    const update = () => {
      for (const question of questions) {
        const wanted = question.dataset.revealValues.split(" ");
        const asker = form.querySelector(`[name="${CSS.escape(question.dataset.reveal)}"]`);
        const askerIsHidden = asker?.closest("[data-reveal]")?.hidden ?? false;
        const answers = askerIsHidden ? [] : answersTo(form, question.dataset.reveal);
        const isAsked = wanted.some((value) => answers.includes(value));
        question.hidden = !isAsked;
        question.querySelector('[name="_hidden"]').disabled = isAsked;
      }
    };
    form.addEventListener("change", update);
    update();
  }
}
