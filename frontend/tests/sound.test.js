// A wave that can be listened to, and a language that came as a file: Hmong, of which no browser and no table knows anything.
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { barriers, scrollsSideways } from "./barriers.js";
import * as phone from "./phone.js";
import { onSmallSurvey } from "./product.js";
import { tone } from "./tone.js";

const TARGET_MIN = 48;
const FORM = "/s/small/D01";
const HMONG = "language-name = Hmoob\nform-next = Mus ntxiv\nform-listen = Mloog\nform-progress = { $number } ntawm { $count }\n";
let browser, survey, product, context, page;

onSmallSurvey((stage) => ({ browser, product, survey } = stage), {
  questionnaire: (text) =>
    text.replace("scale =", 'partial_languages = ["hmn"]\nscale =').replace('en = "Polite"', 'en = "Polite", hmn = "Hais lus zoo"'),
  async prepare(survey) {
    const languages = join(survey.folder, "languages");
    await mkdir(languages);
    await writeFile(join(languages, "hmn.ftl"), HMONG);
    for (const [name, hertz] of [["hmn/q1", 300], ["hmn/q2", 400], ["vi/q1", 500], ["vi/note", 550], ["vi/visits", 600]]) {
      await mkdir(join(survey.folder, "sound", name.split("/")[0]), { recursive: true });
      await writeFile(join(survey.folder, "sound", `${name}.wav`), tone(hertz));
    }
    const told = await survey.command("import", "audio", join(survey.folder, "sound"), "--wave", "small");
    assert.match(told, /hmn: 2 recording\(s\)/);
    return { PLUMBLINE_LANGUAGES: languages };
  },
});
beforeEach(() => use({}));
afterEach(() => context.close());

async function use(options) {
  await context?.close();
  context = await phone.openPhone(browser, product, options);
  page = await context.newPage();
}

const isPlaying = () => page.evaluate(() => [...document.querySelectorAll("audio")].some((sound) => !sound.paused));
const sounds = (requests) => requests.filter((url) => url.includes("/sound/"));

test("without script the browser's own player stands beside the question, and loads nothing by itself", async () => {
  await use({ javaScriptEnabled: false });
  const requests = [];
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(`/hmn${FORM}`);
  const player = page.locator("audio[controls]").first();
  assert.equal(await player.getAttribute("aria-label"), "Mloog");
  assert.ok((await player.boundingBox()).height >= TARGET_MIN);
  assert.deepEqual(sounds(requests), []);
  assert.ok(!(await scrollsSideways(page)));
});

test("a button plays the question, fetched when it is pressed, and stops for the next one", async () => {
  const requests = [];
  page.on("request", (request) => requests.push(request.url()));
  const shifts = await phone.watchShifts(page);
  await phone.openForm(page, `/vi${FORM}`);
  const listen = page.locator(".listen:visible");
  await listen.first().waitFor();
  assert.equal(await listen.first().textContent(), "Nghe câu hỏi");
  assert.ok((await listen.first().boundingBox()).height >= TARGET_MIN);
  assert.deepEqual(sounds(requests), []);
  assert.ok((await shifts()) <= phone.LAYOUT_SHIFT_MAX, `${await shifts()}`);
  await listen.first().click();
  await phone.eventually(isPlaying, "the sound plays");
  await page.waitForSelector(".listen:visible:has-text('Dừng')");
  assert.equal(new Set(sounds(requests)).size, 1);
  await page.locator(".tile:visible").first().click();
  assert.equal(await isPlaying(), false, "whoever answers has heard enough");
  await listen.first().focus();
  await page.keyboard.press("Enter");
  await phone.eventually(isPlaying, "the sound plays again by keyboard");
  await phone.next(page);
  assert.equal(await isPlaying(), false, "whoever goes on hears no earlier question");
  assert.deepEqual(await barriers(page), []);
});

test("a sound that cannot be loaded is told so, and the question stays", async () => {
  await phone.openForm(page, `/vi${FORM}`);
  await page.locator(".listen:visible").first().waitFor();
  await context.setOffline(true);
  await page.locator(".listen:visible").first().click();
  await page.waitForSelector("text=Không tải được âm thanh");
  await context.setOffline(false);
});

test("a language of a file is offered by its name and falls back to Vietnamese where it has no words, visibly", async () => {
  for (const width of [320, 360]) {
    await use({ viewport: { width, height: 740 }, colorScheme: width === 320 ? "dark" : "light" });
    await page.goto(`/en${FORM}`);
    await page.locator(".heard button", { hasText: "Hmoob" }).click();
    await page.waitForURL(`**/hmn${FORM}*`);
    await page.waitForSelector("form[data-wave]");
    assert.equal(await page.getAttribute("html", "lang"), "hmn");
    assert.match(await page.textContent(".partial"), /Hmoob.*tiếng Việt/);
    assert.match(await page.textContent("#progress"), /1 ntawm \d/);
    const first = page.locator(".item:visible").first();
    assert.equal(await first.locator("legend [lang=vi]").textContent(), "Có ghế");
    assert.match(await first.textContent(), /Tiếng Việt/);
    assert.ok(!(await scrollsSideways(page)), `${width} px`);
    assert.deepEqual(await barriers(page), []);
    await phone.answerStep(page);
    await phone.next(page);
    const polite = page.locator(".item:visible").filter({ hasText: "Hais lus zoo" });
    assert.equal(await polite.locator("[lang=vi]").count(), 6, "its five labels and no opinion are Vietnamese, it is not");
  }
});

test("an answer given in that language is kept as given in it, and numbers and dates do not break", async () => {
  const before = await product.rows("small");
  await phone.openForm(page, `/hmn${FORM}`);
  await phone.answerToTheCheckPage(page);
  const [sent] = await Promise.all([page.waitForRequest((request) => request.method() === "POST"), phone.next(page)]);
  assert.equal(sent.postDataJSON().language, "hmn");
  await phone.receiptOf(page);
  assert.equal(await product.rows("small"), before + 1);
  await page.goto("/hmn/outbox");
  await page.waitForSelector(".waiting li");
  for (const path of ["/", "/s/small", "/receipt", "/r/small", "/nowhere"]) {
    await page.goto(`/hmn${path}`);
    assert.equal(await page.getAttribute("html", "lang"), "hmn", path);
    assert.ok(!(await page.textContent("body")).includes("undefined"), path);
    assert.ok(!(await scrollsSideways(page)), path);
  }
});

test("kept on the phone when asked for, the form and its sound need no network, and are removed when asked for", async () => {
  await phone.openForm(page, `/hmn${FORM}`);
  const keep = page.locator(".one .change");
  await keep.waitFor();
  assert.match(await keep.textContent(), /0,\d MB/);
  await keep.click();
  await page.waitForSelector("text=Âm thanh đã được lưu");
  await phone.eventually(() => page.evaluate(() => navigator.serviceWorker.controller !== null), "the worker stands behind the page");
  await context.setOffline(true);
  await page.reload();
  await page.waitForSelector("form[data-wave]");
  await page.locator(".listen:visible").first().click();
  await phone.eventually(isPlaying, "it plays without a network");
  const part = await page.evaluate(async () => {
    const { src } = document.querySelector("audio");
    const answer = await fetch(src, { headers: { range: "bytes=2-5" } });
    return [answer.status, answer.headers.get("content-range"), (await answer.arrayBuffer()).byteLength];
  });
  assert.deepEqual(part, [206, "bytes 2-5/40044", 4]);
  await context.setOffline(false);
  await page.locator(".one .change").click();
  await phone.eventually(() => page.evaluate(async () => !(await (await caches.open("sound")).keys()).length), "the sound is gone");
});

test("on a device at an office the buttons are large, and the next visitor hears nothing of the last", async () => {
  const granted = await survey.command("access", "grant", "kiosk", "--wave", "small", "--name", "counter", "--unit", "D01");
  await phone.openForm(page, `/hmn/k/${granted.split("\n")[0]}`);
  const listen = page.locator(".listen:visible").first();
  await listen.waitFor();
  assert.ok((await listen.boundingBox()).height >= 64);
  await listen.click();
  await phone.eventually(isPlaying, "the sound plays");
  await phone.answerStep(page);
  await phone.answerToTheCheckPage(page);
  await phone.next(page);
  await phone.receiptOf(page);
  await page.click("main button:visible");
  await page.waitForSelector("form[data-wave]");
  assert.equal(await isPlaying(), false);
});
