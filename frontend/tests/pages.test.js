// Every page, in every language: usable with assistive technology, on a narrow screen, in the dark and on paper.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { NARROW, barriers } from "./barriers.js";
import { LANGUAGES, OFFICE_PAGES, PUBLIC_PAGES, startBrowser, startProduct } from "./product.js";

let product, browser, signedIn;

before(async () => {
  [product, browser] = await Promise.all([startProduct(), startBrowser()]);
  // The sign-in link works once: every page shares this session.
  signedIn = await browser.newContext({ viewport: NARROW, baseURL: product.origin });
  const page = await signedIn.newPage();
  await page.goto(product.signIn);
  await page.click("main form button");
  await page.waitForURL((url) => !url.pathname.includes("sign-in"));
  await page.close();
});
after(async () => {
  await browser?.close();
  await product?.stop();
});

const pages = [...PUBLIC_PAGES, ...OFFICE_PAGES].flatMap((path) => LANGUAGES.map((language) => `/${language}${path}`));

async function open(path, media = {}) {
  const page = await signedIn.newPage();
  await page.emulateMedia(media);
  const response = await page.goto(path);
  assert.equal(response.status(), 200, path);
  return page;
}

test("the check for barriers finds one that is planted", async () => {
  const page = await open("/en/receipt");
  await page.evaluate(() => document.querySelector("main label").remove());
  assert.ok((await barriers(page)).some((violation) => violation.startsWith("label:")));
  await page.close();
});

for (const path of pages) {
  test(`${path} has no barrier and does not scroll sideways at 320 px`, async () => {
    const page = await open(path);
    assert.deepEqual(await barriers(page), []);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= NARROW.width);
    await page.close();
  });
}

// What the page is painted on: red, green, blue, each 0 to 255. Paper is white where nothing is painted.
const background = (page) =>
  page.evaluate(() => {
    const colors = [document.body, document.documentElement].map((element) => getComputedStyle(element).backgroundColor);
    const painted = colors.find((color) => color !== "rgba(0, 0, 0, 0)") ?? "rgb(255, 255, 255)";
    return painted.match(/\d+/g).slice(0, 3).map(Number);
  });

for (const path of [...PUBLIC_PAGES, ...OFFICE_PAGES].map((path) => `/en${path}`)) {
  test(`${path} is dark where the reader wishes, without a barrier`, async () => {
    const page = await open(path, { colorScheme: "dark" });
    assert.ok(Math.max(...(await background(page))) < 80);
    assert.deepEqual(await barriers(page), []);
    await page.close();
  });

  test(`${path} prints dark on white, even where the screen is dark`, async () => {
    const page = await open(path, { media: "print", colorScheme: "dark" });
    assert.ok(Math.min(...(await background(page))) > 240);
    const pdf = await page.pdf({ format: "A4" });
    assert.ok(pdf.length > 5_000);
    await page.close();
  });
}

for (const language of LANGUAGES) {
  test(`the choice of rank sets works without script and by keyboard, and keeps the language (${language})`, async () => {
    const context = await browser.newContext({ javaScriptEnabled: false, viewport: NARROW, baseURL: product.origin });
    const page = await context.newPage();
    await page.goto(`/${language}/r/laocai-2023`);
    const shown = () => page.locator(".sets [aria-current=true]");
    const official = await shown().textContent();
    assert.equal(await page.locator("main [role=note]").count(), 0, "the official ranks need no warning");
    await page.locator(".sets a").focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/${language}/r/laocai-2023?sets=simultaneous*`);
    assert.notEqual(await shown().textContent(), official);
    assert.ok(await page.locator("main [role=note]").isVisible(), "other places are told from the official ones");
    await page.locator(".many tbody a").first().click();
    assert.match(page.url(), new RegExp(`/${language}/r/laocai-2023/\\d+\\?sets=simultaneous$`));
    await page.locator("main [role=note] a").click();
    assert.doesNotMatch(page.url(), /sets=/);
    await context.close();
  });
}
