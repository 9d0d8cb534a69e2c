// A device at an office: one visitor after another, each finding nothing of the one before.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { barriers } from "./barriers.js";
import * as phone from "./phone.js";
import { LANGUAGES, onSmallSurvey } from "./product.js";

const TARGET_MIN = 64;
let browser, survey, product, code, context, page;

onSmallSurvey((stage) => ({ browser, product, survey } = stage), {
  async prepare(survey) {
    const granted = await survey.command("access", "grant", "kiosk", "--wave", "small", "--name", "counter-1", "--unit", "D01");
    [code] = granted.split("\n");
  },
});
beforeEach(() => use({}));
afterEach(() => context.close());

async function use(options) {
  await context?.close();
  context = await browser.newContext({ viewport: { width: 800, height: 1100 }, baseURL: product.origin, ...options });
  page = await context.newPage();
}

const visit = (language = "en") => phone.openForm(page, `/${language}/k/${code}`);
const picked = () => page.locator("form input:checked").count();

for (const language of LANGUAGES) {
  test(`a visitor answers one question a screen on large targets, and the next one finds nothing (${language})`, async () => {
    const before = await product.rows("small");
    await visit(language);
    assert.ok((await phone.position(page)).includes("1"));
    for (const tile of await page.locator(".tile:visible").all()) {
      assert.ok((await tile.boundingBox()).height >= TARGET_MIN);
    }
    await phone.answerToTheCheckPage(page);
    await phone.next(page);
    await page.waitForSelector("output");
    assert.equal(await product.rows("small"), before + 1);
    await page.click("main button:visible");
    await page.waitForSelector("form[data-wave]");
    assert.equal(await picked(), 0);
    await page.goBack().catch(() => undefined);
    assert.equal(await picked(), 0);
  });
}

test("on a small device the list of answers begins at its heading, and the thanks point at nothing that is not there", async () => {
  await use({ viewport: { width: 360, height: 640 } });
  await visit("cs");
  await phone.answerToTheCheckPage(page);
  const { top, bottom } = await page.locator("h1").evaluate((heading) => heading.getBoundingClientRect().toJSON());
  assert.ok(top >= 0 && bottom <= 640, `the heading stands at ${top}`);
  await phone.next(page);
  await page.waitForSelector("output");
  assert.equal(await page.locator("footer:visible").count(), 0);
  assert.equal(await page.locator(".receipt ~ p:visible:not(:has(a, button))").count(), 0, "no words of a link below");
});

test("whoever goes silent is asked, may go on, and is cleared after when not", async () => {
  await page.clock.install();
  await visit();
  await page.clock.runFor(50_000);
  assert.equal(await page.locator("dialog[open]").count(), 0, "nothing was typed, so nobody is asked");
  await page.locator(".tile:visible").first().click();
  await page.clock.runFor(46_000);
  await page.waitForSelector("dialog[open]");
  assert.deepEqual(await barriers(page), []);
  await page.click("dialog button");
  assert.equal(await page.locator("dialog[open]").count(), 0);
  await page.clock.runFor(40_000);
  assert.equal(await picked(), 1, "whoever said so may go on");
  await page.clock.runFor(6_000);
  await page.waitForSelector("dialog[open]");
  await Promise.all([page.waitForNavigation(), page.clock.runFor(16_000)]);
  await page.waitForSelector("form[data-wave]");
  assert.equal(await picked(), 0);
});

test("what a visitor has begun is nobody's draft elsewhere on the device", async () => {
  await visit();
  await page.locator(".tile:visible").first().click();
  await phone.openForm(page, "/en/s/small/D01");
  assert.equal(await page.locator(".tiles input:checked").count(), 0);
});

test("without a network answers wait on the device, staff see how many, and they are sent once", async () => {
  const before = await product.rows("small");
  await visit();
  await page.locator(".tile:visible").first().click();
  await phone.putAside(page);
  await context.setOffline(true);
  await page.reload();
  for (let visitor = 1; visitor <= 3; visitor += 1) {
    await page.waitForSelector("form[data-wave]");
    await phone.answerToTheCheckPage(page);
    await phone.next(page);
    await phone.eventually(async () => (await page.textContent("body")).includes(`wait to be sent: ${visitor}`), "staff see it");
    await page.locator("main button:visible").last().click();
  }
  await context.setOffline(false);
  await phone.eventually(async () => (await product.rows("small")) === before + 3, "all are sent");
});

test("without script a visitor gets to the thanks and the next one to an empty form", async () => {
  await use({ javaScriptEnabled: false });
  await page.goto(`/en/k/${code}`);
  await page.locator(".tile").first().click();
  await page.locator('[name="answers.q2"][value="4"]').check();
  await page.click("main button[value=check]");
  await page.click("main button[value=send]");
  assert.ok(await page.locator("output").isVisible());
  await page.click("main a.button");
  assert.equal(await picked(), 0);
});

test("a code that is none, or was taken back, opens nothing", async () => {
  const granted = await survey.command("access", "grant", "kiosk", "--wave", "small", "--name", "old", "--unit", "D01");
  const [old] = granted.split("\n");
  await survey.command("access", "revoke", "--wave", "small", "--name", "old");
  for (const none of [old, "AAAA-BBBB-CCCC-DDDD-EEEE", "x"]) {
    const response = await page.goto(`/en/k/${none}`);
    assert.equal(response.status(), 404, none);
  }
});
