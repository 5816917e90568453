import { Button } from "govuk-frontend/dist/govuk/components/button/button.mjs";
import { CharacterCount } from "govuk-frontend/dist/govuk/components/character-count/character-count.mjs";
import { Checkboxes } from "govuk-frontend/dist/govuk/components/checkboxes/checkboxes.mjs";
import { ErrorSummary } from "govuk-frontend/dist/govuk/components/error-summary/error-summary.mjs";
import { PasswordInput } from "govuk-frontend/dist/govuk/components/password-input/password-input.mjs";
import { Radios } from "govuk-frontend/dist/govuk/components/radios/radios.mjs";
import { autosave, submitOnChange, warnUnsaved } from "./forms.js";
import { copyButtons, menus, printButtons, shareButtons } from "./actions.js";
import { keepTexts } from "./kept.js";
import { revealQuestions } from "./reveal.js";
import { suggestions } from "./suggest.js";
import { contents } from "./toc.js";
import { checkAll, keyboardTables } from "./tables.js";

// govuk-frontend's components start only below a body that carries these classes.
document.body.classList.add("js-enabled", "govuk-frontend-supported");

for (const Component of [Button, CharacterCount, Checkboxes, ErrorSummary, PasswordInput, Radios]) {
  for (const element of document.querySelectorAll(`[data-module="${Component.moduleName}"]`)) {
    try {
      new Component(element);
    } catch (error) {
      // One malformed component must not take the others with it.
      console.error(error);
    }
  }
}

for (const start of [
  autosave,
  keepTexts,
  revealQuestions,
  submitOnChange,
  warnUnsaved,
  copyButtons,
  menus,
  printButtons,
  shareButtons,
  suggestions,
  contents,
  checkAll,
  keyboardTables,
]) {
  start(document);
}
