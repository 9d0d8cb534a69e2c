// Paper forms: typed by keyboard, and decided where two people read them differently.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { barriers, scrollsSideways } from "./barriers.js";
import * as phone from "./phone.js";
import { LANGUAGES, onSmallSurvey } from "./product.js";

let browser, survey, product, code, context, page;

onSmallSurvey((stage) => ({ browser, product, survey } = stage), {
  async prepare(survey) {
    const granted = await survey.command("access", "grant", "collector", "--wave", "small", "--name", "lan");
    [code] = granted.split("\n");
  },
});
beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 320, height: 800 }, baseURL: product.origin });
  page = await context.newPage();
});
afterEach(() => context.close());

async function signIn(language = "en") {
  await page.goto(`/${language}/entry`);
  await page.fill("#code", code.toLowerCase());
  await page.press("#code", "Enter");
  await page.waitForURL("**/entry/batches");
}

async function begin(turn, batch) {
  await page.fill("#batch", batch);
  await page.check(`[name=turn][value=${turn}]`);
  await page.click("form.entry button");
}

for (const language of LANGUAGES) {
  test(`every page of the entry has no barrier and does not scroll sideways at 320 px (${language})`, async () => {
    await signIn(language);
    assert.deepEqual(await barriers(page), []);
    await begin("first", `b-${language}`);
    assert.deepEqual(await barriers(page), []);
    assert.ok(!(await scrollsSideways(page)));
    await page.goto(`/${language}/entry/differences?unit=D01`);
    assert.deepEqual(await barriers(page), []);
  });
}

test("two entries that differ are listed, and what was decided is kept once", async () => {
  const before = await product.rows("small");
  await signIn();
  for (const [turn, rating] of [["first", "5"], ["second", "4"]]) {
    await page.goto("/en/entry/batches");
    await begin(turn, "BX-1");
    await page.locator(".key input").first().fill(rating);
    await page.locator("form.keys button").press("Enter");
  }
  await page.click("[role=status] a");
  await page.locator("input[value=second]").first().check();
  await page.click("form.entry button");
  await phone.eventually(async () => (await product.rows("small")) === before + 1, "the form is kept");
  assert.ok((await page.textContent("main")).includes("No form of this unit"));
});

test("a form is typed by keys alone, each leading on to the next field, and Enter keeps it", async () => {
  const before = await product.rows("small");
  await signIn();
  await begin("only", "BX-2");
  await page.waitForFunction(() => document.activeElement?.matches(".key input"));
  const first = await page.evaluate(() => document.activeElement.id);
  await page.keyboard.type("5");
  assert.notEqual(await page.evaluate(() => document.activeElement.id), first);
  await page.keyboard.press("Enter");
  await phone.eventually(async () => (await product.rows("small")) === before + 1, "the form is kept");
  assert.equal(await page.inputValue("#form"), "2");
});

for (const [language, words] of [["vi", "Số phiếu là số nguyên"], ["en", "whole number"], ["cs", "je celé číslo"]]) {
  test(`what is wrong is said in the language of the page, and the hand is led to it (${language})`, async () => {
    await signIn(language);
    await begin("only", "BX-3");
    await page.fill("#form", "0");
    await page.locator("form.keys button").click();
    assert.ok((await page.textContent("[role=alert]")).includes(words));
    assert.deepEqual(await barriers(page), []);
    await page.waitForFunction(() => document.activeElement.id === "form");
    await page.fill("#form", "1");
    await page.locator(".key input").nth(1).fill("8");
    await page.locator("form.keys button").click();
    await page.waitForFunction(() => document.activeElement.matches(".key.wrong [aria-invalid]"));
    assert.equal(await page.locator("[role=alert]").count(), 0, "what stands beside a field is not said twice");
  });
}
