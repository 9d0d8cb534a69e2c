// A citizen answers on a small phone that runs script: in steps, by keyboard, in each language, with and without luck.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { barriers, scrollsSideways } from "./barriers.js";
import * as phone from "./phone.js";
import { LANGUAGES, smallSurvey, startBrowser } from "./product.js";

const FORM = "/en/s/small/D01";
let browser, survey, product, single, singleProduct, context, page;

before(async () => {
  [browser, survey, single] = await Promise.all([startBrowser(), smallSurvey(), smallSurvey({ layout: "one_question" })]);
  [product, singleProduct] = await Promise.all([survey.serve(), single.serve()]);
});
after(async () => {
  await browser?.close();
  for (const server of [product, singleProduct]) await server?.stop();
  for (const made of [survey, single]) await made?.remove();
});
beforeEach(() => use(product));
afterEach(() => context.close());

async function use(server, options = {}) {
  await context?.close();
  context = await phone.openPhone(browser, server, { serviceWorkers: "block", ...options });
  page = await context.newPage();
}

const tile = (path, value) => page.locator(`[name="answers.${path}"][value="${value}"]`);
const isVisible = (path) => page.locator(`[data-path="answers.${path}"]`).isVisible();
const picked = () => page.locator("form input:checked").evaluateAll((inputs) => inputs.map((input) => `${input.name}=${input.value}`).filter((text) => text.includes(".")));

// Changes the page with all questions on its way to the phone.
const changeWholePage = (change) =>
  context.route("**/*?all=1", async (route) => {
    const response = await route.fetch();
    return route.fulfill({ response, body: change(await response.text()) });
  });

for (const language of LANGUAGES) {
  test(`with script the form leads to a receipt that is found again (${language})`, async () => {
    await phone.openForm(page, `/${language}/s/small/D01`);
    assert.equal(await phone.answerToTheCheckPage(page), 3);
    await phone.next(page);
    const receipt = await phone.receiptOf(page);
    assert.ok(!(await page.textContent("main")).includes("%"), "no word is left without what belongs into it");
    await page.goto(`/${language}/receipt`);
    await page.fill("#code", receipt.toLowerCase());
    await page.click("main form button");
    assert.ok(await page.locator("[role=status]").isVisible());
  });
}

test("what is sent is what the interface documents", async () => {
  await phone.openForm(page, FORM);
  await tile("q1", 2).check();
  await page.fill('[id="answers.why"]', " Slow\nqueue ");
  await phone.next(page);
  await tile("q2", "none").check();
  await page.fill('[id="answers.visits"]', "1,5");
  await tile("how", "desk").check();
  await phone.next(page);
  await phone.next(page);
  const [request] = await Promise.all([page.waitForRequest("**/responses"), phone.next(page)]);
  const { id, answered_on: day, ...rest } = request.postDataJSON();
  assert.match(id, /^[0-9a-f-]{36}$/);
  assert.equal(day, new Date(Date.now() + 7 * 3_600_000).toISOString().slice(0, 10));
  const answers = { q1: 2, why: "Slow\nqueue", q2: null, visits: 1.5, how: ["desk"] };
  assert.deepEqual(rest, { unit: "D01", mode: "web", language: "en", answers, respondent: {} });
  assert.deepEqual(request.headers().cookie, undefined);
  await phone.receiptOf(page);
});

test("a question appears with the answer that makes it relevant, and goes with it", async () => {
  await phone.openForm(page, FORM);
  assert.equal(await isVisible("why"), false);
  await tile("q1", 1).check();
  assert.equal(await isVisible("why"), true);
  assert.equal(await page.locator(".only").count(), 0);
  await tile("q1", 5).check();
  assert.equal(await isVisible("why"), false);
});

test("what is wrong is said beside the question, is read out, takes the focus, and goes when it is mended", async () => {
  await phone.openForm(page, FORM);
  await phone.next(page);
  const message = page.locator('[data-path="answers.q1"] [role=alert]');
  assert.match(await message.textContent(), /Choose an answer/);
  assert.equal(await page.evaluate(() => document.activeElement.name), "answers.q1");
  assert.deepEqual(await barriers(page), []);
  await tile("q1", 4).check();
  assert.equal(await message.count(), 0);
  await phone.next(page);
  await page.fill('[id="answers.visits"]', "100");
  await phone.next(page);
  assert.match(await page.textContent("[role=alert]"), /from 0 to 99/);
  assert.equal(await page.getAttribute('[id="answers.visits"]', "aria-invalid"), "true");
  await page.fill('[id="answers.visits"]', "9");
  await phone.next(page);
  assert.match(await phone.position(page), /3 of 3/);
});

test("one question a screen, as the survey wishes: by keyboard alone, from the first question to the receipt", async () => {
  await use(singleProduct);
  await phone.openForm(page, FORM);
  const focused = () => page.evaluate(() => document.activeElement.textContent.trim());
  const press = async (...keys) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  assert.equal(await phone.position(page), "Question 1 of 5");
  await tile("q1", 1).focus();
  await press("ArrowDown", "ArrowDown", "ArrowDown", "Enter");
  assert.equal(await phone.position(page), "Question 2 of 5");
  assert.equal(await page.locator("#progress").getAttribute("role"), "status");
  assert.match(await focused(), /^Think back|^Polite/);
  await press("Tab", "Space", "Enter");
  assert.equal(await phone.position(page), "Question 3 of 5");
  assert.match(await focused(), /^Visits/);
  await press("Tab", "7", "Enter");
  assert.match(await focused(), /^How/);
  await press("Tab", "Space", "Tab", "Space", "Enter");
  assert.match(await focused(), /^Sex/);
  await press("Tab", "Space", "Enter");
  assert.equal(await focused(), "Check your answers");
  const [request] = await Promise.all([page.waitForRequest("**/responses"), page.locator("main .actions [value=check]").press("Enter")]);
  assert.deepEqual(request.postDataJSON().answers, { q1: 4, q2: 1, visits: 7, how: ["phone", "desk"] });
  await phone.receiptOf(page);
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Thank you");
});

test("the reader may choose one question a screen, and the choice is kept on the phone", async () => {
  await phone.openForm(page, FORM);
  await page.check("text=One question at a time");
  assert.equal(await phone.position(page), "Question 1 of 5");
  await page.reload();
  await page.waitForSelector("form[data-wave]");
  assert.equal(await phone.position(page), "Question 1 of 5");
  await page.uncheck("text=One question at a time");
  assert.equal(await phone.position(page), "Part 1 of 3");
});

test("a draft is there again after the page was closed, says so, and can be cleared", async () => {
  await phone.openForm(page, FORM);
  await tile("q1", 4).check();
  await phone.next(page);
  await tile("q2", 3).check();
  await page.close();
  page = await context.newPage();
  await phone.openForm(page, FORM);
  assert.match(await page.textContent("main [role=status]:not(#progress)"), /filled in/);
  assert.deepEqual(await picked(), ["answers.q1=4", "answers.q2=3"]);
  assert.match(await phone.position(page), /2 of 3/);
  assert.deepEqual(await barriers(page), []);
  await page.click("text=Clear them");
  assert.deepEqual([await picked(), await phone.position(page)], [[], "Part 1 of 3"]);
  await phone.openForm(page, FORM);
  assert.deepEqual(await picked(), []);
});

test("what was sent leaves no draft, and what is begun after it has another identifier", async () => {
  const ids = [];
  page.on("request", (request) => request.method() === "POST" && ids.push(request.postDataJSON().id));
  for (let count = 0; count < 2; count += 1) {
    await phone.openForm(page, FORM);
    assert.deepEqual(await picked(), []);
    await phone.answerToTheCheckPage(page);
    await phone.next(page);
    await phone.receiptOf(page);
  }
  assert.equal(new Set(ids).size, 2);
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), []);
});

test("another language keeps the answers and the place; without a network it says that it cannot be loaded", async () => {
  await phone.openForm(page, FORM);
  await tile("q1", 4).check();
  await phone.next(page);
  await tile("q2", 3).check();
  const before = await picked();
  await context.setOffline(true);
  await page.click("header button[lang=cs]");
  await page.waitForFunction(() => /other language/.test(document.querySelector("#progress").textContent));
  assert.deepEqual(await picked(), before);
  await context.setOffline(false);
  await page.click("header button[lang=cs]");
  await page.waitForURL("**/cs/s/small/D01");
  await page.waitForSelector("form[data-wave]");
  assert.deepEqual(await picked(), before);
  assert.equal(await phone.position(page), "Část 2 z 3");
});

test("the phone's back key and the page's lead to the step before, with what was picked", async () => {
  await phone.openForm(page, FORM);
  await phone.answerStep(page);
  await phone.next(page);
  await phone.answerStep(page);
  await phone.next(page);
  await phone.back(page);
  assert.match(await phone.position(page), /2 of 3/);
  await page.goBack();
  assert.match(await phone.position(page), /1 of 3/);
  assert.deepEqual(await picked(), ["answers.q1=4", "answers.q2=4", "answers.how=phone"]);
});

test("an answer is changed from the list of answers, which then is shown again", async () => {
  await phone.openForm(page, FORM);
  await phone.answerToTheCheckPage(page);
  await page.locator(".checked dl >> nth=1 >> button >> nth=0").click();
  assert.match(await page.textContent("main .actions [value=check]"), /check answers/);
  await tile("q2", 1).check();
  await phone.next(page);
  assert.match(await page.locator(".checked dl >> nth=1").textContent(), /Polite\s*Very bad/);
});

test("a form without a single answer is not sent", async () => {
  await changeWholePage((html) => html.replace(" data-required", ""));
  await phone.openForm(page, FORM);
  for (let steps = 0; steps < 3; steps += 1) await phone.next(page);
  await phone.next(page);
  assert.match(await page.textContent(".checked [role=alert]"), /not answered anything/);
  assert.equal((await phone.outbox(page)).length, 0);
});

for (const [what, pattern] of [["script", "**/assets/**"], ["page with all questions", "**/*?all=1"]]) {
  test(`where the ${what} cannot be loaded, the form works as without script`, async () => {
    await context.route(pattern, (route) => route.fulfill({ status: 404, body: "" }));
    await page.goto(FORM);
    const press = (action) => page.click(`main button[name=action][value=${action}]`);
    for (let pages = 0; pages < 3; pages += 1) {
      await page.waitForLoadState();
      await phone.answerStep(page);
      await press("next");
    }
    await press("send");
    await page.waitForURL("**/thanks?receipt=*");
    await phone.receiptOf(page);
  });
}

test("a script that comes late finds what was answered on the page and on the pages before", async () => {
  let isSlow = true;
  await context.route("**/assets/**", (route) => (isSlow ? route.abort() : route.continue()));
  await page.goto(FORM);
  await tile("q1", 4).check();
  await Promise.all([page.waitForEvent("load"), page.click("main button[value=next]")]);
  isSlow = false;
  await tile("q2", 2).check();
  await page.click("main button[value=next]");
  await page.waitForSelector("form[data-wave]");
  assert.match(await phone.position(page), /3 of 3/);
  assert.deepEqual(await picked(), ["answers.q1=4", "answers.q2=2"]);
  await phone.answerToTheCheckPage(page);
  await phone.next(page);
  await phone.receiptOf(page);
});

test("the page does not jump when the script takes over, nor from step to step", async () => {
  for (const server of [product, singleProduct]) {
    await use(server);
    const shifts = await phone.watchShifts(page);
    await phone.openForm(page, FORM);
    await phone.answerToTheCheckPage(page);
    assert.ok((await shifts()) <= phone.LAYOUT_SHIFT_MAX, `${await shifts()}`);
  }
});

for (const width of [320, 360]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`each step is usable at ${width} px, ${colorScheme}, and has no barrier`, async () => {
      await use(singleProduct, { viewport: { width, height: 640 }, colorScheme });
      const check = async () => {
        assert.deepEqual(await barriers(page), []);
        assert.equal(await scrollsSideways(page), false);
      };
      await phone.openForm(page, "/vi/s/small/D01");
      while (!(await page.locator(".checked:visible").count())) {
        await check();
        await phone.answerStep(page);
        await phone.next(page);
      }
      await check();
      await context.setOffline(true);
      await phone.next(page);
      await page.waitForSelector("main .button");
      await check();
      await context.setOffline(false);
      await phone.receiptOf(page);
      await check();
      await page.goto("/vi/outbox");
      await page.waitForSelector("[data-state=sent]");
      await check();
    });
  }
}

test("the code of an invitation leaves the address and is posted; the form carries it into what is sent", async () => {
  const form = '<form id="invitation" method="post" action="/en/i/small"><input name="code"><button>Go</button></form>';
  const script = async () => (await (await context.request.get(FORM)).text()).match(/<script[^>]+><\/script>/)[0];
  const html = `<!doctype html><html lang="en"><title>Invitation</title>${await script()}<main>${form}</main>`;
  await context.route("**/en/i/small", (route) =>
    route.request().method() === "GET" ? route.fulfill({ contentType: "text/html", body: html }) : route.fulfill({ contentType: "text/html", body: "taken" }),
  );
  const [posted] = await Promise.all([
    page.waitForRequest((request) => request.method() === "POST"),
    page.goto("/en/i/small#AB%2F12"),
  ]);
  assert.equal(posted.postData(), "code=AB%2F12");
  assert.equal(new URL(posted.headers().referer ?? product.origin).hash, "");

  await context.route(`**${FORM}`, async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace("</form>", '<input type="hidden" name="code" value="AB/12"></form>');
    return route.fulfill({ response, body });
  });
  await phone.openForm(page, FORM);
  await page.click("header button[lang=cs]");
  await page.waitForURL("**/cs/s/small/D01?all=1");
  await page.waitForSelector("form[data-wave]");
  assert.equal(await page.inputValue("[name=code]"), "AB/12", "another language keeps the code");
  await context.route("**/responses", (route) => route.fulfill({ status: 201, json: { id: "", receipt: "AAAA-AAAA-AAAA-AAAA-AAAA" } }));
  await phone.openForm(page, FORM);
  await phone.answerToTheCheckPage(page);
  const [request] = await Promise.all([page.waitForRequest("**/responses"), phone.next(page)]);
  assert.equal(request.postDataJSON().code, "AB/12");
  await phone.receiptOf(page);
});

test("where the survey sets a puzzle, the answer is sent with its solution, which a failed try does not cost again", async () => {
  await changeWholePage((html) => html.replace("<form ", '<form data-work="10" '));
  const sent = [];
  await context.route("**/responses", (route) => {
    sent.push(route.request().postDataJSON());
    return sent.length === 1 ? route.abort() : route.continue();
  });
  await phone.openForm(page, FORM);
  await phone.answerToTheCheckPage(page);
  await phone.next(page);
  await page.click("main button:visible");
  await phone.receiptOf(page);
  const [{ id, work }, again] = sent;
  assert.equal(again.work, work);
  assert.equal(createHash("sha256").update(`small:${id}:${work}`).digest().readUInt16BE() >> 6, 0);
});
