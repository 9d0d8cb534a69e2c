// What stands between a page and whoever reads it: barriers to assistive technology, words that nobody wrote, and width.
import { createRequire } from "node:module";
import { readFile, readdir } from "node:fs/promises";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const LOCALES = new URL("../locales/vi/", import.meta.url);

/** The widest that a page may be on the smallest phone. */
export const NARROW = { width: 320, height: 640 };

/** How words stand out from their ground, 4.5 to 1 and 7 to 1. */
export const CONTRAST = ["color-contrast", "color-contrast-enhanced"];

// Everything that axe finds on the page: by every rule that is not deprecated, of any level and impact, best practice included; with
// `only`, by these.
export async function barriers(page, only = undefined) {
  await page.evaluate(axe);
  const violations = await page.evaluate(
    async (only) => {
      const known = globalThis.axe.getRules().filter(({ tags }) => !tags.includes("deprecated"));
      const rules = only ?? known.map(({ ruleId }) => ruleId);
      const { violations } = await globalThis.axe.run({ runOnly: { type: "rule", values: rules }, resultTypes: ["violations"] });
      return violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html, failureSummary }) => ({ html, failureSummary })) }));
    },
    only,
  );
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`));
}

export const scrollsSideways = (page) => page.evaluate(() => document.documentElement.scrollWidth > innerWidth);

// The keys of all texts that cannot be taken for words.
const keys = new Set();
for (const file of await readdir(LOCALES)) {
  const text = await readFile(new URL(file, LOCALES), "utf8");
  for (const [, key] of text.matchAll(/^([a-z][a-z0-9]*(?:-[a-z0-9_]+)+) =/gm)) keys.add(key);
}

// What a person reads or hears of the page.
const words = (page) =>
  page.evaluate(() => {
    const spoken = ["aria-label", "title", "alt", "placeholder"];
    const attributes = [...document.querySelectorAll("*")].flatMap((element) => spoken.map((name) => element.getAttribute(name)));
    const texts = [...document.querySelectorAll("body :not(script, style, pre, code)")].flatMap((element) =>
      [...element.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE).map(({ data }) => data),
    );
    return [document.title, ...attributes, ...texts].filter(Boolean).join("\n");
  });

// Words on the page that nobody wrote: the key of a text, or a gap in one.
export async function keysShown(page) {
  const text = await words(page);
  const gaps = text.match(/\{ ?\$[^}]*\}|%[a-z]+%/g) ?? [];
  return [...gaps, ...(text.match(/[a-z][a-z0-9]*(?:-[a-z0-9_]+)+/g) ?? []).filter((word) => keys.has(word))];
}

// Everything that is wrong with a page in this language. `paper` says that it is for a sheet of A4, which no phone is as wide as.
export async function flaws(page, language, { paper = false } = {}) {
  const [tag, headings] = await page.evaluate(() => [
    document.documentElement.lang,
    [...document.querySelectorAll("h1")].filter((heading) => heading.checkVisibility()).length,
  ]);
  return [
    ...(await barriers(page)),
    ...(await keysShown(page)).map((key) => `${key} stands in place of words`),
    ...(tag === language ? [] : [`the page says that it is in ${tag}`]),
    ...(headings === 1 ? [] : [`${headings} headings of the first level`]),
    ...(!paper && (await scrollsSideways(page)) ? ["it scrolls sideways"] : []),
  ];
}
