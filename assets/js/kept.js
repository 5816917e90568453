// Text that was typed and not saved stays in this browser and is offered again. Nothing is sent.

const KEPT = "tongban:kept:";
const KEPT_AFTER = 600; // ms without typing after which it is kept
const KEPT_FOR = 7 * 24 * 3600 * 1000; // ms
const KEPT_AT_MOST = 3; // texts of one form: of several windows, or not answered yet

/** One form's texts, oldest first: `{page, at, fields, sent}`; `fields` are pairs of name, value. */
function readKept(key) {
  try {
    const found = JSON.parse(localStorage.getItem(KEPT + key) || "[]");
    return found.filter((one) => Date.now() - one.at < KEPT_FOR);
  } catch {
    return []; // storage is closed to this page, or somebody else wrote there
  }
}

function writeKept(key, texts) {
  try {
    if (texts.length) localStorage.setItem(KEPT + key, JSON.stringify(texts.slice(-KEPT_AT_MOST)));
    else localStorage.removeItem(KEPT + key);
  } catch {
    // Full or closed: the browser still asks before it leaves the page.
  }
}

function forgetKept(isMeant) {
  try {
    for (const name of Object.keys(localStorage)) {
      if (name.startsWith(KEPT) && isMeant(name.slice(KEPT.length))) localStorage.removeItem(name);
    }
  } catch {
    // Closed: nothing is there.
  }
}

/** What may be kept: no passwords, files, tokens, nor what a form marks with `data-keep-not`. */
function keptFields(form) {
  const hidden = /^(csrfmiddlewaretoken|do|then|stay|another|more)$/;
  return [...form.elements].filter(
    (one) =>
      one.name &&
      !hidden.test(one.name) &&
      !one.closest("[data-keep-not]") &&
      !/^(button|submit|reset|image|file|password)$/.test(one.type || "") &&
      !/one-time-code|cc-/.test(one.autocomplete || ""),
  );
}

function pairsOf(fields) {
  const pairs = [];
  for (const one of fields) {
    if (/^(checkbox|radio)$/.test(one.type)) {
      if (one.checked) pairs.push([one.name, one.value]);
    } else if (one.type === "select-multiple") {
      for (const option of one.selectedOptions) pairs.push([one.name, option.value]);
    } else pairs.push([one.name, one.value]);
  }
  return pairs;
}

/** What people see of it, for comparing: spaces at the ends and hidden fields do not count. */
function sameText(pairs, fields) {
  const hidden = new Set(fields.filter((one) => one.type === "hidden").map((one) => one.name));
  const said = (some) =>
    some
      .filter(([name, value]) => !hidden.has(name) && value.trim())
      .map(([name, value]) => `${name}=${value.replace(/\r\n/g, "\n").trim()}`)
      .sort()
      .join("\n");
  return said(pairs) === said(pairsOf(fields));
}

/** Writes the text into the fields; false, and nothing written, if one has no field here. */
function putBack(fields, pairs) {
  const values = new Map();
  for (const [name, value] of pairs) values.set(name, [...(values.get(name) || []), value]);
  const known = new Set(fields.map((one) => one.name));
  if ([...values.keys()].some((name) => !known.has(name))) return false;
  for (const one of fields) {
    const given = values.get(one.name) || [];
    if (/^(checkbox|radio)$/.test(one.type)) one.checked = given.includes(one.value);
    else if (one.type === "select-multiple") {
      for (const option of one.options) option.selected = given.includes(option.value);
    } else if (given.length) one.value = given.shift();
    one.dispatchEvent(new Event("input", { bubbles: true }));
    one.dispatchEvent(new Event("change", { bubbles: true }));
  }
  return true;
}

function tellTime(element, at) {
  const isToday = at.toDateString() === new Date().toDateString();
  const time = { timeStyle: "short", hourCycle: "h23" };
  const shape = isToday ? time : { dateStyle: "medium", ...time };
  element.dateTime = at.toISOString();
  element.textContent = new Intl.DateTimeFormat(document.documentElement.lang, shape).format(at);
}

/** The text has more entries than the page: the server draws them, and saves nothing. */
function drawBack(form, pairs) {
  const [name, value] = form.dataset.keepBack.split("=");
  const back = document.createElement("form");
  back.method = "post";
  back.action = form.action;
  const token = form.querySelector("[name=csrfmiddlewaretoken]");
  for (const [key, text] of [["csrfmiddlewaretoken", token.value], ...pairs, [name, value]]) {
    const field = document.createElement("textarea");
    field.name = key;
    field.value = text;
    back.append(field);
  }
  back.hidden = true;
  document.body.append(back);
  back.submit();
}

/**
 * `data-keep="account:form"`: keeps what is typed, apart for each account of this browser. The
 * form's `[data-kept]` offers it again. `data-unsaved`: the page shows what was typed, not what is
 * saved. `data-keep-back="name=value"`: how the server is asked to draw a text whose entries have
 * no fields here. A message with `data-kept-saved` says which form was saved.
 */
export function keepTexts(root) {
  for (const said of root.querySelectorAll("[data-kept-saved]")) {
    const key = said.dataset.keptSaved;
    writeKept(key, readKept(key).filter((one) => !one.sent));
  }
  for (const form of root.querySelectorAll("form[data-forget-kept]")) {
    form.addEventListener("submit", () => forgetKept(() => true));
  }
  for (const form of root.querySelectorAll("form[data-keep]")) {
    const account = form.dataset.keep.split(":")[0];
    forgetKept((key) => key.split(":")[0] !== account);
    keepText(form);
  }
}

function keepText(form) {
  const key = form.dataset.keep;
  const newName = () => `${Date.now()}.${Math.random()}`;
  let page = newName(); // the name of this page's own text
  let isChanged = "unsaved" in form.dataset;
  let isSent = false;
  let timer;
  const others = () => readKept(key).filter((one) => one.page !== page);
  const keep = () => {
    clearTimeout(timer);
    if (!isChanged) return;
    const fields = pairsOf(keptFields(form));
    writeKept(key, [...others(), { page, at: Date.now(), fields, sent: isSent }]);
  };
  const change = () => {
    isChanged = true;
    isSent = false;
    clearTimeout(timer);
    timer = setTimeout(keep, KEPT_AFTER);
  };
  if (isChanged) {
    // What was sent came back with this page, to be mended: it is this page's text now.
    writeKept(key, others().filter((one) => !one.sent));
    keep();
  }
  form.addEventListener("input", change);
  form.addEventListener("change", change);
  form.addEventListener("submit", () => {
    isSent = true;
    keep();
  });
  window.addEventListener("pagehide", keep);

  const box = form.querySelector("[data-kept]");
  const done = form.querySelector("[data-kept-done]");
  const without = (text) => readKept(key).filter((one) => one.page !== text.page);
  const offer = () => {
    const fields = keptFields(form);
    for (const one of others()) if (sameText(one.fields, fields)) writeKept(key, without(one));
    const text = others().at(-1);
    box.hidden = !text;
    if (text) tellTime(box.querySelector("time"), new Date(text.at));
    return text;
  };
  box.querySelector("[data-kept-back]").addEventListener("click", () => {
    const text = others().at(-1);
    if (!text) return;
    keep(); // what was typed here meanwhile is offered in its turn
    if (isChanged) page = newName();
    if (putBack(keptFields(form), text.fields)) {
      change();
      keep();
      writeKept(key, without(text));
      done.hidden = false;
      offer();
      done.focus();
    } else if (form.dataset.keepBack) {
      writeKept(key, [...without(text), { ...text, sent: true }]);
      drawBack(form, text.fields);
    }
  });
  box.querySelector("[data-kept-away]").addEventListener("click", () => {
    const text = others().at(-1);
    if (text) writeKept(key, without(text));
    if (!offer()) form.closest("main")?.focus();
  });
  offer();
}
