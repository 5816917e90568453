// Builds assets/ into ../build/static/tongban: one style sheet, one script, the mark.
// Usage: npm run build (see package.json). Needs only Node, sass and govuk-frontend.

import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(here, "../build/static/tongban");
const testOut = resolve(here, "../build/test");

/** The style sheet, with govuk-frontend's fallback colours taken out. */
function styles() {
  const { css } = compile(join(here, "scss/tongban.scss"), {
    charset: false, // a byte order mark would stand behind the notice; servers say UTF-8
    style: "compressed",
    loadPaths: [join(here, "node_modules")],
    quietDeps: true,
  });
  return (
    css
      // Our line heights depend on the language; see _tokens.scss.
      .replaceAll("line-height:1.501", "line-height:var(--line-text)")
      .replaceAll("line-height:1.301", "line-height:var(--line-heading)")
      // var(--govuk-text-colour, #0b0c0c): the fallback would be the library's colour, not ours.
      .replace(/var\((--govuk-[a-z-]+-colour),\s*#?[\w%]+\)/g, "var($1)")
      // The two colours that its components name outright.
      .replaceAll("#f3f3f3", "var(--surface)")
      .replaceAll("#651b1b", "var(--danger-strong)")
      .replaceAll('--govuk-frontend-version:"6.6.0"', "")
  );
}

/**
 * Puts an ES module and all it imports into one file, each module once, dependencies first.
 * Knows only the two forms that are used: `import { a, b } from "./c.js"` and `export …`. Names
 * must be unique across modules; a clash stops the build.
 */
function bundle(entry) {
  const seen = new Set();
  const names = new Map();
  const parts = [];
  const visit = (file) => {
    if (seen.has(file)) return;
    seen.add(file);
    let text = readFileSync(file, "utf8");
    text = text.replace(/^import\s+(?:[^"';]+?\s+from\s+)?["']([^"']+)["'];?\n/gm, (line, target) => {
      const isRelative = target.startsWith(".");
      visit(isRelative ? resolve(dirname(file), target) : join(here, "node_modules", target));
      if (/\sas\s/.test(line)) throw new Error(`${file}: renamed import: ${line}`);
      return "";
    });
    text = text
      .replace(/^export\s*\{[^}]*\};?\n/gm, "")
      .replace(/^export (?=(async )?(function|class|const))/gm, "")
      .replace(/^\/\/# sourceMappingURL=.*$/gm, "")
      .replace(/\/\*\*[\s\S]*?\*\/\n?/g, "");
    for (const [, name] of text.matchAll(/^(?:async )?(?:function|class|const|let) (\w+)/gm)) {
      if (names.has(name)) throw new Error(`${name} is in ${names.get(name)} and in ${file}`);
      names.set(name, file);
    }
    parts.push(text.trim());
  };
  visit(entry);
  return parts.join("\n").replaceAll("GOV.UK Frontend", "govuk-frontend") + "\n";
}

const css = styles();
const token = (name) => css.match(new RegExp(`--${name}:\\s*(#\\w+)`))[1];
const icon = readFileSync(join(here, "icon.svg"), "utf8")
  .replaceAll("{{seal}}", token("seal"))
  .replaceAll("{{on-seal}}", token("on-seal"));

mkdirSync(out, { recursive: true });
const notice = "/* Parts are of govuk-frontend (MIT): see LICENCES.txt beside this file. */\n";
writeFileSync(join(out, "tongban.css"), notice + css);
writeFileSync(join(out, "tongban.js"), notice + bundle(join(here, "js/tongban.js")));
copyFileSync(join(here, "LICENCES.txt"), join(out, "LICENCES.txt"));
writeFileSync(join(out, "icon.svg"), icon);

// The accessibility checker is for the tests only; a production install leaves it out.
const axe = join(here, "node_modules/axe-core/axe.min.js");
if (existsSync(axe)) {
  mkdirSync(testOut, { recursive: true });
  copyFileSync(axe, join(testOut, "axe.min.js"));
}
