// A phone with script, and what a person does on it.
import assert from "node:assert/strict";

const STEPS_MAX = 60;

// A phone of its own: nothing on it but what the tests put there.
export const openPhone = (browser, product, options = {}) =>
  browser.newContext({ viewport: { width: 360, height: 740 }, baseURL: product.origin, ...options });

// Opens the form and waits until the script has taken over.
export async function openForm(page, address) {
  await page.goto(address);
  await page.waitForSelector("form[data-wave]");
}

export const next = (page) => page.click("main .actions button[value=check]");
export const back = (page) => page.click("main .actions button[value=back]");
export const heading = (page) => page.textContent("h1");
export const position = (page) => page.textContent("#progress");

// Answers what is on the screen: the last but one tile of each question.
export async function answerStep(page) {
  for (const fieldset of await page.locator("fieldset.item:visible").all()) {
    const tiles = fieldset.locator(".tiles label");
    await tiles.nth(Math.max(0, (await tiles.count()) - 2)).click();
  }
}

// Answers everything, up to the list of answers.
export async function answerToTheCheckPage(page) {
  for (let steps = 0; steps < STEPS_MAX; steps += 1) {
    if (await page.locator(".checked:visible").count()) return steps;
    await answerStep(page);
    await next(page);
  }
  assert.fail(`the form has more than ${STEPS_MAX} steps`);
}

// The states of what is kept on the phone, oldest first.
export const outbox = (page) =>
  page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open("plumbline", 1);
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const request = opening.result.transaction("outbox").objectStore("outbox").getAll();
          request.onsuccess = () => {
            opening.result.close();
            resolve(request.result.sort((a, b) => a.at - b.at));
          };
        };
      }),
  );

// Waits until `condition` holds; says what it was last.
export async function eventually(condition, what, within = 20_000) {
  const end = Date.now() + within;
  let last;
  while (Date.now() < end) {
    last = await condition();
    if (last === true) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`${what}: ${JSON.stringify(last)}`);
}

// Answers a request as a network that is away does; one that its page no longer waits for is nobody's business.
export const refuse = (route) => route.abort().catch(() => undefined);

// Waits until the receipt is shown, and returns it.
export async function receiptOf(page) {
  await page.waitForSelector("output");
  const receipt = (await page.textContent("output")).trim();
  assert.match(receipt, /^[0-9A-Z]{4}(-[0-9A-Z]{4}){4}$/);
  return receipt;
}

// Waits until the form is put aside for use without a network, and the worker stands behind the page.
export const putAside = (page) =>
  eventually(
    () =>
      page.evaluate(async () => {
        const kept = await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).length));
        return (kept.some((count) => count >= 5) && navigator.serviceWorker.controller !== null) || kept;
      }),
    "the form is put aside",
  );

// The most that a page may shift under the finger, as browsers count it; 0.1 counts as good.
export const LAYOUT_SHIFT_MAX = 0.1;

// Counts, from the next page on, by how much things move that nobody has touched.
export async function watchShifts(page) {
  await page.addInitScript(() => {
    globalThis.shifts = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.shifts += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
  });
  return async () => {
    await page.waitForTimeout(200);
    return page.evaluate(() => globalThis.shifts);
  };
}
