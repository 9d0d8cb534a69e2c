// What is printed: sheets of invitations and paper forms fit A4, and a camera finds the way from them to the form.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { pathToFileURL } from "node:url";
import * as phone from "./phone.js";
import { readCode, sheetsOfA4 } from "./print.js";
import { LANGUAGES, onSmallSurvey } from "./product.js";

const CARDS_PER_SHEET = 8;
const INVITED = 9;
const FRAME = ["district,village,people", ...["D01", "D02"].flatMap((unit) => [1, 2, 3].map((village) => `${unit},V${village},90`))].join("\n");
const SAMPLE = `
seed = 7
unit = "district"
locality = ["village"]
[[stage]]
column = "village"
take = 2
method = "equal"
[people]
take = ${INVITED}
reserves = 1
size = "people"
`;
let browser, survey, product, codes, context, page;

onSmallSurvey(async (stage) => {
  ({ browser, product, survey } = stage);
  const path = (name) => join(survey.folder, name);
  await writeFile(path("frame.csv"), FRAME);
  await writeFile(path("sample.toml"), SAMPLE);
  const wanted = ["--frame", path("frame.csv"), "--sample", path("sample.toml"), "--base-url", product.origin];
  await survey.command("invite", "draw", "--wave", "small", ...wanted, "--output", path("sheets"));
  const [head, ...rows] = (await readFile(path("sheets/codes.csv"), "utf8")).trim().split("\n").map((row) => row.split(","));
  codes = rows.map((row) => Object.fromEntries(head.map((name, at) => [name, row[at]])));
});
beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 800, height: 1100 }, baseURL: product.origin, deviceScaleFactor: 2 });
  page = await context.newPage();
});
afterEach(() => context.close());

const openFile = (name) => page.goto(pathToFileURL(join(survey.folder, name)).href);
const CARD = "section li";
// Words that are the same on every card stand once, in the style sheet.
const writtenBefore = (part) => part.evaluate((part) => JSON.parse(getComputedStyle(part, "::before").content));
const openSheets = (unit) => openFile(`sheets/sheets-${unit}.html`);

test("each card has its own code to type and the same one to scan, in the part of the link that no server sees", async () => {
  for (const unit of ["D01", "D02"]) {
    await openSheets(unit);
    const cards = await page.locator(CARD).all();
    const listed = codes.filter((row) => row.unit === unit);
    assert.equal(cards.length, listed.length);
    for (const [at, card] of cards.entries()) {
      const link = await readCode(card);
      const [code, written] = [await card.locator("code").textContent(), await writtenBefore(card.locator("code"))];
      assert.deepEqual([link, code], [listed[at].link, listed[at].code]);
      assert.equal(link, `${written}#${code}`);
      assert.equal(written, `${product.origin}/i/small`);
    }
  }
  assert.equal(new Set(codes.map(({ code }) => code)).size, codes.length);
});

test("sheets of invitations print on A4, eight cards a sheet, and nothing of a card is cut off", async () => {
  await openSheets("D01");
  const sheets = await page.locator("section").count();
  assert.equal(sheets, 2 * Math.ceil((INVITED + 1) / CARDS_PER_SHEET));
  assert.equal(await sheetsOfA4(page), sheets);
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator(CARD).count(), codes.filter((row) => row.unit === "D01").length);
  const cut = await page.locator(`${CARD}, ${CARD} p, ${CARD} code`).evaluateAll((parts) =>
    parts.filter((part) => part.scrollHeight > part.clientHeight + 1 || part.scrollWidth > part.clientWidth + 1).map(({ textContent }) => textContent),
  );
  assert.deepEqual(cut, []);
});

test("the code of a sheet opens the form of its unit by scan alone, lets in one answer, and stands in no address", async () => {
  await openSheets("D02");
  const link = await readCode(page.locator(CARD).first());
  const code = new URL(link).hash.slice(1);
  const before = await product.rows("small");
  const citizen = await phone.openPhone(browser, product);
  const sent = [];
  citizen.on("request", (request) => sent.push(request.url(), request.headers().referer ?? ""));
  const form = await citizen.newPage();
  await form.goto(link);
  await form.waitForSelector("form[data-wave]");
  assert.match(await form.textContent(".unit"), /Hai|Two/, "it is the form of the card's unit");
  await phone.answerToTheCheckPage(form);
  await phone.next(form);
  await phone.receiptOf(form);
  assert.equal(await product.rows("small"), before + 1);
  assert.deepEqual(sent.filter((address) => address.includes(code)), []);
  await citizen.close();

  await page.goto(link);
  await page.waitForSelector("main [role=alert]");
  assert.equal(await page.locator("form[data-wave]").count(), 0, "a spent code opens nothing");
  assert.equal(await product.rows("small"), before + 1);
});

for (const language of LANGUAGES) {
  test(`paper forms print on a sheet of A4 each, and their code leads to the form of wave and unit (${language})`, async () => {
    const name = `paper-${language}.html`;
    const wanted = ["--unit", "D01", "--batch", "BX-1", "--count", "3", "--language", language, "--base-url", product.origin];
    await survey.command("paper", "--wave", "small", ...wanted, "--output", join(survey.folder, name));
    await openFile(name);
    const forms = await page.locator("article").all();
    assert.equal(forms.length, 3);
    assert.equal(await sheetsOfA4(page), 3, "one sheet a form");
    const links = [];
    for (const form of forms) links.push(await readCode(form));
    assert.deepEqual(links, Array(3).fill(`${product.origin}/s/small/D01`));
    await phone.openForm(page, links[0]);
    assert.ok(page.url().endsWith("/s/small/D01"));
    assert.match(await page.textContent(".unit"), /Một|One/);
  });
}
