// Answers on their way: kept on the phone first, sent exactly once, never lost without a word.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { barriers } from "./barriers.js";
import * as phone from "./phone.js";
import { smallSurvey, startBrowser } from "./product.js";

const FORM = "/en/s/small/D01";
const API = "**/api/v1/waves/small/responses";
let browser, survey, product, context, page;

before(async () => {
  [browser, survey] = await Promise.all([startBrowser(), smallSurvey()]);
  product = await survey.serve();
});
after(async () => {
  await browser?.close();
  await product?.stop();
  await survey?.remove();
});
beforeEach(async () => {
  // What passes through a service worker cannot be intercepted; the tests that need one say so.
  context = await phone.openPhone(browser, product, { serviceWorkers: "block" });
  page = await context.newPage();
});
afterEach(() => context.close());

async function fillIn(address = FORM) {
  await phone.openForm(page, address);
  await phone.answerToTheCheckPage(page);
}

// Goes on with a phone that may put the form aside.
async function allowOffline() {
  await context.close();
  context = await phone.openPhone(browser, product);
  page = await context.newPage();
}

const send = () => phone.next(page);
const states = async () => (await phone.outbox(page)).map(({ state }) => state);
const stateIs = (expected) =>
  phone.eventually(async () => {
    const found = (await states()).join();
    return found === expected || found;
  }, `the outbox becomes ${expected}`);

// Answers posts of the API by `answer` instead of the server, until it returns nothing.
async function intercept(answer) {
  const posts = [];
  await context.route(API, async (route) => {
    posts.push(route.request().postDataJSON());
    const answered = answer(posts.length);
    if (answered === "abort") return route.abort();
    return answered ? route.fulfill(answered) : route.continue();
  });
  return posts;
}

const refusal = (status, code, headers = {}) => ({ status, headers, contentType: "application/json", body: JSON.stringify({ code, message: "" }) });

test("25 answers given without a network are each sent once when it is back, also after a reload", async () => {
  await allowOffline();
  const kept = await product.rows("small");
  await phone.openForm(page, FORM);
  await phone.answerStep(page);
  await phone.putAside(page);
  await context.setOffline(true);
  for (let count = 1; count <= 25; count += 1) {
    await page.goto(FORM);
    await page.waitForSelector("form[data-wave]");
    await phone.answerToTheCheckPage(page);
    await send();
    await page.waitForFunction(() => document.querySelector("h1").textContent === "Saved on this phone");
  }
  await page.reload();
  assert.equal((await states()).join(), Array(25).fill("waiting").join());
  assert.equal(await product.rows("small"), kept);
  // A printed code has no language, and the list of places is not put aside.
  await page.goto("/s/small/D01");
  await page.waitForSelector("form[data-wave]");
  await page.goto("/en/s/small");
  await page.waitForFunction(() => document.querySelectorAll("[data-state=waiting]").length === 25);
  await context.setOffline(false);
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await stateIs(Array(25).fill("sent").join());
  assert.equal(await product.rows("small"), kept + 25);
  const entries = await phone.outbox(page);
  assert.ok(entries.every(({ body, receipt }) => body === undefined && receipt), "what is sent is not kept, but its receipt");
});

test("a page opened before a deploy sends to the server after it", async () => {
  await fillIn();
  const kept = await product.rows("small");
  await product.stop();
  product = await survey.serve();
  // The scripts of the old page are gone.
  await context.route("**/assets/**", (route) => route.fulfill({ status: 404 }));
  await send();
  await phone.receiptOf(page);
  assert.equal(await product.rows("small"), kept + 1);
});

test("an answer sent while the server is away waits, and is sent by itself when it is back", async () => {
  await fillIn();
  const kept = await product.rows("small");
  await product.stop();
  await send();
  await phone.eventually(async () => (await phone.outbox(page))[0]?.tries > 0, "it was tried");
  await phone.eventually(async () => (await phone.heading(page)) === "Saved on this phone", "the person is told");
  product = await survey.serve();
  await phone.receiptOf(page);
  assert.equal(await product.rows("small"), kept + 1);
});

for (const locks of [true, false]) {
  test(`two pages send one answer once${locks ? "" : ", also where the browser has no locks"}`, async () => {
    if (!locks) await context.addInitScript(() => Object.defineProperty(navigator, "locks", { value: undefined }));
    await fillIn();
    // The first try fails. The next is slow enough for both pages to want to send.
    let posts = 0;
    await context.route(API, async (route) => {
      posts += 1;
      if (posts === 1) return route.abort();
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      return route.continue();
    });
    await send();
    await phone.eventually(async () => (await phone.outbox(page))[0]?.tries === 1, "it is tried in vain");
    await page.goto("about:blank");
    const other = await context.newPage();
    await Promise.all([page, other].map((tab) => tab.goto("/en/outbox")));
    await stateIs("sent");
    await page.waitForTimeout(1_500);
    assert.equal(posts, 2);
  });
}

test("an answer that comes after the survey is over stays visible, can be downloaded and deleted", async () => {
  await fillIn();
  await intercept(() => refusal(409, "not_open"));
  await send();
  await page.waitForFunction(() => document.querySelector("h1").textContent === "Not accepted");
  assert.match(await page.textContent("main"), /takes no more answers/);
  await page.goto("/en/outbox");
  assert.match(await page.textContent("[data-state=refused]"), /takes no more answers/);
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("text=Download")]);
  const exported = JSON.parse(await readFile(await download.path(), "utf8"));
  assert.deepEqual([exported.unit, exported.answers.q1], ["D01", 4]);
  assert.deepEqual(await barriers(page), []);
  const remove = () => page.click("button:text-is('Delete')");
  page.once("dialog", (dialog) => dialog.dismiss());
  await remove();
  assert.equal((await states()).join(), "refused");
  page.once("dialog", (dialog) => dialog.accept());
  await remove();
  await stateIs("");
});

for (const [status, code] of [[401, "unauthorized"], [404, "not_found"], [413, "too_large"], [422, "invalid"]]) {
  test(`a refusal with ${status} is told, and tried again only when told to`, async () => {
    await fillIn();
    const posts = await intercept((count) => (count === 1 ? refusal(status, code) : undefined));
    await send();
    await stateIs("refused");
    await page.goto("/en/outbox");
    await page.waitForTimeout(500);
    assert.equal(posts.length, 1);
    await page.click("text=Send now");
    await stateIs("sent");
    assert.deepEqual(posts[0], posts[1]);
  });
}

test("a server that is busy is not asked before the time that it named, however hard one presses", async () => {
  await fillIn();
  const kept = await product.rows("small");
  const posts = await intercept((count) => (count === 1 ? refusal(503, "unavailable", { "retry-after": "4" }) : undefined));
  const sent = Date.now();
  await send();
  await stateIs("waiting");
  await page.click("text=Send now");
  await page.click("text=Send now");
  assert.equal(posts.length, 1);
  await phone.receiptOf(page);
  assert.ok(Date.now() - sent >= 4000);
  assert.deepEqual([posts.length, await product.rows("small")], [2, kept + 1]);
});

for (const status of [408, 425, 429, 500, 502]) {
  test(`an answer met with ${status} is kept and sent later`, async () => {
    await fillIn();
    const posts = await intercept((count) => (count === 1 ? { status, body: "" } : undefined));
    await send();
    await stateIs("waiting");
    await page.click("text=Send now");
    await phone.receiptOf(page);
    assert.equal(posts[0].id, posts[1].id);
  });
}

test("the sign-in page of a hotspot neither accepts nor refuses an answer", async () => {
  await fillIn();
  const hotspot = (status) => ({ status, contentType: "text/html", body: "<h1>Welcome to the café</h1>" });
  const answers = [hotspot(200), hotspot(403), hotspot(404)];
  await intercept((count) => answers[count - 1]);
  await send();
  for (let presses = 0; presses < answers.length; presses += 1) {
    await stateIs("waiting");
    await page.click("text=Send now");
  }
  await phone.receiptOf(page);
});

test("an answer that was received and whose receipt was lost is sent again and kept once", async () => {
  await fillIn();
  const kept = await product.rows("small");
  let posts = 0;
  await context.route(API, async (route) => {
    posts += 1;
    if (posts > 1) return route.continue();
    await route.fetch();
    return route.abort();
  });
  await send();
  await stateIs("waiting");
  await page.click("text=Send now");
  await phone.receiptOf(page);
  assert.equal(await product.rows("small"), kept + 1);
});

test("an id that was used for other answers says that the first counts", async () => {
  await fillIn();
  await intercept(() => refusal(409, "conflict"));
  await send();
  await page.waitForFunction(() => document.querySelector("h1").textContent === "Received before");
  assert.deepEqual((await phone.outbox(page)).map(({ state, body }) => [state, body]), [["known", undefined]]);
});

test("a phone whose clock is ahead sends the day that the server's clock shows", async () => {
  const kept = await product.rows("small");
  await context.addInitScript(() => {
    const now = Date.now;
    Date.now = () => now() + 3 * 86_400_000;
  });
  const posts = await intercept(() => undefined);
  await fillIn();
  await send();
  await phone.receiptOf(page);
  assert.equal(posts.length, 2);
  assert.ok(posts[1].answered_on < posts[0].answered_on);
  assert.equal(await product.rows("small"), kept + 1);
});

test("where the phone keeps nothing, the form is posted as without script", async () => {
  await context.addInitScript(() => {
    Object.defineProperty(globalThis, "indexedDB", { value: { open: () => { throw new DOMException("no", "SecurityError"); } } });
    Object.defineProperty(globalThis, "localStorage", { get: () => { throw new DOMException("no", "SecurityError"); } });
  });
  const kept = await product.rows("small");
  const posts = await intercept(() => undefined);
  await fillIn();
  await send();
  await page.waitForURL("**/thanks?receipt=*");
  await phone.receiptOf(page);
  assert.deepEqual([posts.length, await product.rows("small")], [0, kept + 1]);
});

test("switched off, offline use takes back what phones have put aside, but no answer", async () => {
  await allowOffline();
  await fillIn();
  await phone.putAside(page);
  await context.setOffline(true);
  await send();
  await stateIs("waiting");
  await product.stop();
  product = await survey.serve({ PLUMBLINE_OFFLINE: "false" });
  await context.setOffline(false);
  const other = await context.newPage();
  await phone.openForm(other, "/en/s/small/D02");
  const remains = () =>
    other.evaluate(async () => (await caches.keys()).length + (await navigator.serviceWorker.getRegistrations()).length);
  await phone.eventually(async () => (await remains()) === 0 || remains(), "the worker and its pages are gone");
  await phone.eventually(async () => (await states()).join() === "sent" || states(), "the answer is sent all the same");
  await phone.answerStep(other);
  await other.waitForTimeout(500);
  assert.equal(await remains(), 0);
  await product.stop();
  product = await survey.serve();
});
