// A questionnaire with scales of several lengths: answered by keyboard and by touch, with and without script, and counted.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { barriers, scrollsSideways } from "./barriers.js";
import { onSmallSurvey } from "./product.js";

const scales = await readFile(new URL("../../docs/examples/scales.toml", import.meta.url), "utf8");
let browser, product;
onSmallSurvey(
  (made) => ({ browser, product } = made),
  { layout: "single_page", questionnaire: () => scales },
);

async function form(options = {}) {
  const context = await browser.newContext({ viewport: { width: 320, height: 640 }, baseURL: product.origin, ...options });
  const page = await context.newPage();
  await page.goto("/en/s/small/D01");
  return page;
}

const press = (page, action) => page.click(`main button[name=action][value=${action}]`);

const checked = (page, item) =>
  page.evaluate((name) => document.querySelector(`input[name="${name}"]:checked`)?.value, `answers.${item}`);

test("numbers are chosen by touch and by keyboard, and show that they are", async () => {
  const page = await form();
  await page.check('input[name="answers.recommend"][value="7"]');
  assert.equal(await checked(page, "recommend"), "7");
  await page.focus('input[name="answers.clear"][value="1"]');
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  assert.equal(await checked(page, "clear"), "3");
  const tiles = await page.$$eval(".numbers .tile", (found) => found.map((tile) => tile.getBoundingClientRect().height));
  assert.equal(tiles.length, 7 + 11);
  assert.ok(Math.min(...tiles) >= 48, `${tiles}`);
  const ring = (value) =>
    page.$eval(`input[name="answers.recommend"][value="${value}"]`, (input) => getComputedStyle(input, "::after").borderTopWidth);
  assert.notEqual(await ring(7), await ring(6));
  await page.context().close();
});

for (const colorScheme of ["light", "dark"]) {
  test(`the form of scales has no barrier and does not scroll sideways at 320 px, ${colorScheme}`, async () => {
    const page = await form({ colorScheme });
    await page.check('input[name="answers.recommend"][value="10"]');
    assert.deepEqual(await barriers(page), []);
    assert.ok(!(await scrollsSideways(page)));
    await page.context().close();
  });
}

test("answers of 0 and 10 are sent without script, shown to be checked, and counted", async () => {
  const before = await product.rows("small");
  const page = await form({ javaScriptEnabled: false });
  await page.check('input[name="answers.mood"][value="3"]');
  await page.check('input[name="answers.extra-fee"][value="0"]');
  await page.check('input[name="answers.recommend"][value="10"]');
  await press(page, "next");
  const shown = await page.textContent("main");
  for (const words of ["Satisfied", "No", "10"]) assert.ok(shown.includes(words), shown);
  await press(page, "send");
  assert.match((await page.textContent("output")).trim(), /^[0-9A-Z]{4}(-[0-9A-Z]{4}){4}$/);
  assert.equal(await product.rows("small"), before + 1);
  await page.context().close();
});
