// People go back, come back, change their mind, share a phone and lose the network at the worst moment: nothing that was
// answered is lost, nothing counts twice, and nobody finds what somebody else has answered.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import * as phone from "./phone.js";
import { onSmallSurvey } from "./product.js";

const FORM = "/en/s/small/D01";
const DRAFTS = "plumbline.draft.";
let browser, survey, product, context, page;

onSmallSurvey((stage) => ({ browser, product, survey } = stage));
beforeEach(() => use({ serviceWorkers: "block" }));
afterEach(() => context.close());

async function use(options) {
  await context?.close();
  context = await phone.openPhone(browser, product, options);
  page = await context.newPage();
}

const tile = (path, value, on = page) => on.locator(`[name="answers.${path}"][value="${value}"]`);
const picked = (on = page) => on.locator("form input:checked:not([type=checkbox])").evaluateAll((inputs) => inputs.map(({ name, value }) => `${name.split(".")[1]}=${value}`).join());
const drafts = () => page.evaluate((prefix) => Object.keys(localStorage).filter((key) => key.startsWith(prefix)).length, DRAFTS);
const rowsMore = async (before) => (await product.rows("small")) - before;

async function sendAll(on = page) {
  await phone.answerToTheCheckPage(on);
  await phone.next(on);
  await on.waitForSelector("output");
}

test("going back after sending brings no answer back, and a new form is a new one", async () => {
  const before = await product.rows("small");
  await phone.openForm(page, FORM);
  await sendAll();
  await page.goBack();
  await page.waitForTimeout(200);
  assert.equal(await drafts(), 0);
  await page.click("main a:has-text('new form')");
  await page.waitForSelector("form[data-wave]");
  assert.equal(new URL(page.url()).pathname, FORM);
  assert.equal(await picked(), "");
  assert.equal(await rowsMore(before), 1);
});

test("who leaves the form in the middle and comes back finds all answers", async () => {
  await phone.openForm(page, FORM);
  await tile("q1", 4).check();
  await phone.next(page);
  await tile("q2", 2).check();
  await page.click("footer a:has-text('receipt')");
  await page.waitForSelector("#code");
  await page.goBack();
  await page.waitForSelector("form[data-wave]");
  assert.equal(await picked(), "q1=4,q2=2");
});

test("a jump within the page leads to no other question", async () => {
  await phone.openForm(page, FORM);
  await tile("q1", 4).check();
  await phone.next(page);
  await page.locator(".skip").focus();
  await page.keyboard.press("Enter");
  await page.waitForTimeout(200);
  assert.equal(await phone.position(page), "Part 2 of 3");
});

test("an impatient finger on Send sends once, and two pages with one draft count once", async () => {
  const before = await product.rows("small");
  await phone.openForm(page, FORM);
  await phone.answerToTheCheckPage(page);
  const second = await context.newPage();
  await phone.openForm(second, FORM);
  await page.evaluate(() => {
    const send = document.querySelector("main .actions [value=check]");
    for (let taps = 0; taps < 4; taps += 1) send.click();
  });
  await page.waitForSelector("output");
  await phone.answerToTheCheckPage(second);
  await phone.next(second);
  await second.waitForSelector("h1:has-text('Received before'), output");
  assert.equal(await rowsMore(before), 1);
});

test("what could not be loaded when the network was away is loaded when it is back, and the answer sent", async () => {
  const before = await product.rows("small");
  await phone.openForm(page, FORM);
  await context.setOffline(true);
  await phone.answerToTheCheckPage(page);
  await phone.next(page);
  await page.waitForSelector("h1:has-text('Saved on this phone')");
  await context.setOffline(false);
  await page.click("button:has-text('Send now')");
  await page.waitForSelector("output, [data-state=sent]");
  assert.equal(await rowsMore(before), 1);
});

test("a page of an older version whose scripts are gone sends by the page of what waits", async () => {
  const before = await product.rows("small");
  await phone.openForm(page, FORM);
  const isOfTheOldPage = (url) => url.pathname.startsWith("/assets/") && !page.url().includes("outbox");
  await context.route(isOfTheOldPage, (route) => route.fulfill({ status: 404, body: "" }));
  await phone.answerToTheCheckPage(page);
  await phone.next(page);
  await page.waitForURL("**/en/outbox");
  await page.waitForSelector("[data-state=sent]");
  assert.equal(await rowsMore(before), 1);
});

test("where nothing can be kept, the answer is posted and no draft stays for the next person", async () => {
  await context.addInitScript(() => {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
  });
  const before = await product.rows("small");
  await phone.openForm(page, FORM);
  await sendAll();
  await page.waitForURL("**/thanks?*");
  await phone.eventually(async () => (await drafts()) === 0, "no draft is left");
  assert.equal(await rowsMore(before), 1);
});

test("a busy server's page is never put aside in place of the form", async () => {
  await use({});
  await phone.openForm(page, `${FORM}?all=1`);
  await context.route("**/*?all=1", (route) => route.fulfill({ status: 503, contentType: "text/html", body: "<h1>busy</h1>" }));
  const [asked] = await Promise.all([page.waitForResponse("**/*?all=1"), tile("q1", 4).check()]);
  assert.equal(asked.status(), 503);
  await page.waitForTimeout(500);
  const kept = await page.evaluate(async () => {
    const texts = [];
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) if (request.url.includes("/s/")) texts.push(await (await cache.match(request)).text());
    }
    return texts;
  });
  assert.deepEqual(kept, []);
});

// Adds the code of an invitation to the form, as the page that took it does.
const withCode = (code) =>
  context.route(`**${FORM}`, async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace("</form>", `<input type="hidden" name="code" value="${code}"></form>`);
    return route.fulfill({ response, body });
  });
const codeNow = () => page.locator("input[name=code]").evaluateAll((fields) => fields.map(({ value }) => value).join());

test("two invitations on one phone have a draft each, and neither is spent on an open answer", async () => {
  await withCode("AAAA-1");
  await phone.openForm(page, FORM);
  await tile("q1", 5).check();
  await page.reload();
  await page.waitForSelector("form[data-wave]");
  assert.deepEqual([await codeNow(), await picked()], ["AAAA-1", "q1=5"], "who loads the page anew is still invited");
  await context.unroute(`**${FORM}`);
  await withCode("BBBB-2");
  await phone.openForm(page, FORM);
  assert.deepEqual([await codeNow(), await picked()], ["BBBB-2", ""]);
  await tile("q1", 1).check();
  await context.unroute(`**${FORM}`);
  await withCode("AAAA-1");
  await phone.openForm(page, FORM);
  assert.deepEqual([await codeNow(), await picked()], ["AAAA-1", "q1=5"]);
  await context.unroute(`**${FORM}`);
  await phone.openForm(page, FORM);
  assert.equal(await picked(), "q1=5", "the same tab goes on with the invitation");
  await page.click("button:has-text('Clear')");
  await page.waitForFunction(() => !document.querySelector("input[name=code]"));
  await page.waitForSelector("form[data-wave]");
  assert.deepEqual([await codeNow(), await picked()], ["", ""]);
  const other = await context.newPage();
  await phone.openForm(other, FORM);
  assert.equal(await picked(other), "", "another tab knows no invitation");
});

test("a device stays a device in every language, keeps what was answered, and clears after whoever only looked", async () => {
  const granted = await survey.command("access", "grant", "kiosk", "--wave", "small", "--name", "counter", "--unit", "D01");
  const [code] = granted.split("\n");
  await use({ viewport: { width: 800, height: 1000 } });
  await page.clock.install();
  await phone.openForm(page, `/en/k/${code}`);
  const isDevice = () => page.locator("body.kiosk").count();
  await page.click("header button[lang=cs]");
  await page.waitForURL(`**/cs/k/${code}`);
  await page.waitForSelector("form[data-wave]");
  assert.equal(await isDevice(), 1);
  await tile("q1", 4).check();
  await page.click("header button[lang=vi]");
  await page.waitForURL(`**/vi/k/${code}`);
  await page.waitForSelector("form[data-wave]");
  assert.deepEqual([await isDevice(), await picked()], [1, "q1=4"]);
  await phone.next(page);
  await page.clock.runFor(61_000);
  await page.waitForURL(`**/en/k/${code}`);
  await page.waitForSelector("form[data-wave]");
  assert.equal(await picked(), "");
  await page.clock.runFor(1_000);
  await tile("q1", 3).check();
  await page.clock.resume();
  await phone.putAside(page);
  await context.setOffline(true);
  await page.goto(`/k/${code}`);
  await page.waitForSelector("form[data-wave]");
  assert.equal(await page.locator("#outbox").count(), 0);
});
