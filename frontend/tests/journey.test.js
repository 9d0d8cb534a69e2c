// A citizen answers on a small phone, in each language, with script switched off.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { LANGUAGES, startBrowser, startProduct } from "./product.js";

const PHONE = { width: 360, height: 740 };
const PAGES_MAX = 20;
let product, browser;

before(async () => {
  [product, browser] = await Promise.all([startProduct(), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await product?.stop();
});

async function openPhone() {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: PHONE, baseURL: product.origin });
  return context.newPage();
}

const press = (page, action) => page.click(`main button[name=action][value=${action}]`);

// Answers every question of the page: the last but one tile of each, so that no answer is "no opinion".
async function answerAll(page) {
  for (const fieldset of await page.locator("fieldset.item").all()) {
    const tiles = fieldset.locator(".tiles label");
    await tiles.nth(Math.max(0, (await tiles.count()) - 2)).click();
  }
}

async function answerToTheCheckPage(page) {
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    if (await page.locator("main button[value=send]").count()) return pages;
    await answerAll(page);
    await press(page, "next");
  }
  assert.fail(`the form has more than ${PAGES_MAX} pages`);
}

for (const language of LANGUAGES) {
  test(`without script the form leads to a receipt that is found again (${language})`, async () => {
    const page = await openPhone();
    await page.goto(`/${language}/s/laocai-2024`);
    assert.equal(await page.getAttribute("html", "lang"), language);
    await page.click("main ul.list a");
    assert.ok((await answerToTheCheckPage(page)) > 1, "the demonstration asks one factor a page");
    await press(page, "send");
    const receipt = (await page.textContent("output")).trim();
    assert.match(receipt, /^[0-9A-Z]{4}(-[0-9A-Z]{4}){4}$/);
    await page.goto(`/${language}/receipt`);
    await page.fill("#code", receipt.toLowerCase());
    await page.click("main form button");
    assert.ok(await page.locator("[role=status]").isVisible());
    await page.context().close();
  });
}

test("an answer that cannot be is named in a summary that takes the focus and leads to the question", async () => {
  const page = await openPhone();
  await page.goto("/en/s/laocai-2024/082");
  const tile = page.locator("fieldset.item input[type=radio]").first();
  await tile.evaluate((input) => (input.value = "9"));
  await tile.check();
  const isAnswer = (response) => response.request().method() === "POST";
  const [response] = await Promise.all([page.waitForResponse(isAnswer), press(page, "next")]);
  assert.equal(response.status(), 422);
  const link = page.locator(".summary a").first();
  assert.ok(await link.evaluate((element) => element === document.activeElement));
  await link.click();
  const target = (await link.getAttribute("href")).slice(1);
  assert.ok(await page.locator(`fieldset.item[id="${target}"].wrong`).isVisible());
  await page.context().close();
});

test("what was picked is kept on the way back, on the way on and in another language", async () => {
  const page = await openPhone();
  await page.goto("/en/s/laocai-2024/082");
  await answerAll(page);
  const picked = () => page.locator("input:checked").evaluateAll((inputs) => inputs.map((input) => `${input.name}=${input.value}`));
  const before = await picked();
  assert.ok(before.length > 1);
  await press(page, "next");
  await press(page, "back");
  assert.deepEqual(await picked(), before);
  await page.click("header button[lang=cs]");
  assert.equal(await page.getAttribute("html", "lang"), "cs");
  assert.deepEqual(await picked(), before);
  await page.context().close();
});

test("sending twice sends once", async () => {
  const page = await openPhone();
  await page.goto("/vi/s/laocai-2024/082");
  await answerToTheCheckPage(page);
  const form = await page.locator("form#answers input[type=hidden]").evaluateAll((inputs) => inputs.map((i) => [i.name, i.value]));
  const body = new URLSearchParams([...form, ["action", "send"]]).toString();
  const send = () =>
    page.request.post("/vi/s/laocai-2024/082", {
      data: body,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      maxRedirects: 0,
    });
  const [first, second] = await Promise.all([send(), send()]);
  assert.equal(first.status(), 303);
  assert.equal(second.headers().location, first.headers().location);
  await page.context().close();
});
