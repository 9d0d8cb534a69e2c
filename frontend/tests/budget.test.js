// What a phone on a slow network has to carry: bytes, requests, seconds. Each limit fails the build.
import assert from "node:assert/strict";
import http from "node:http";
import { after, before, test } from "node:test";
import { LANGUAGES, startBrowser, startProduct } from "./product.js";

const PAGE_BYTES_MAX = 8 * 1024;
const SCRIPT_BYTES_MAX = 6 * 1024;
// What is loaded later: after the first answer what sends it; the page of what waits; proof of work where it is wanted.
const LATER_BYTES_MAX = { "outbox.js": 3 * 1024, "list.js": 2 * 1024, "work.js": 4 * 1024, "kiosk.js": 1024, "keys.js": 1024, "offline.js": 1024, "sound.js": 1.5 * 1024 };
const REQUESTS_MAX = 3;
const FIRST_PAINT_MS_MAX = 3_000;
const FIRST_PAINT_TRIES = 5;
// The preset "Slow 3G" of Chrome's developer tools, and a processor six times slower than this one.
const SLOW_3G = { offline: false, latency: 2_000, downloadThroughput: 50_000, uploadThroughput: 50_000 };
const SLOWER_PROCESSOR = 6;
const FORM = "/s/laocai-2024/082";
let product, browser;

before(async () => {
  [product, browser] = await Promise.all([startProduct(), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await product?.stop();
});

// The bytes of the answer as they travel, head included, and its text.
function transferred(path, encoding = "br, gzip") {
  return new Promise((resolve, reject) => {
    const request = http.get(product.origin + path, { headers: { "accept-encoding": encoding } }, (response) => {
      let bytes = response.rawHeaders.join("").length + 4 * response.rawHeaders.length;
      let text = "";
      response.on("data", (chunk) => {
        bytes += chunk.length;
        text += chunk;
      });
      response.on("end", () => resolve({ bytes, text, status: response.statusCode, headers: response.headers }));
    });
    request.on("error", reject);
  });
}

const script = async () => (await transferred(`/en${FORM}`, "identity")).text.match(/src="(\/assets\/[^"]+)"/)[1];

for (const language of LANGUAGES) {
  for (const path of ["/s/laocai-2024", FORM]) {
    test(`the first page takes at most ${PAGE_BYTES_MAX} bytes: /${language}${path}`, async (t) => {
      const { bytes, headers } = await transferred(`/${language}${path}`);
      t.diagnostic(`${bytes} bytes (${headers["content-encoding"]})`);
      assert.ok(bytes <= PAGE_BYTES_MAX, `${bytes} bytes`);
    });
  }
}

test(`the form's script takes at most ${SCRIPT_BYTES_MAX} bytes and is kept for good`, async (t) => {
  const { bytes, headers, status } = await transferred(await script());
  t.diagnostic(`${bytes} bytes (${headers["content-encoding"]})`);
  assert.equal(status, 200);
  assert.ok(bytes <= SCRIPT_BYTES_MAX, `${bytes} bytes`);
  assert.match(headers["cache-control"], /immutable/);
});

for (const [name, most] of Object.entries(LATER_BYTES_MAX)) {
  test(`what is loaded later takes at most ${most} bytes: ${name}`, async (t) => {
    const { bytes, status } = await transferred((await script()).replace("form.js", name));
    t.diagnostic(`${bytes} bytes`);
    assert.equal(status, 200);
    assert.ok(bytes <= most, `${bytes} bytes`);
  });
}

test(`the form is there after at most ${REQUESTS_MAX} requests, and nothing more is fetched before the first answer`, async () => {
  const context = await browser.newContext({ baseURL: product.origin });
  const page = await context.newPage();
  const requests = [];
  context.on("request", (request) => request.url().startsWith("http") && requests.push(request.url()));
  await page.goto(`/en${FORM}`);
  await page.waitForSelector("form[data-wave]");
  await page.waitForTimeout(500);
  assert.ok(requests.length <= REQUESTS_MAX, requests.join("\n"));
  assert.equal(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length), 0);
  await context.close();
});

test("the script never holds up the page", async () => {
  const { text } = await transferred(`/en${FORM}`, "identity");
  assert.deepEqual(text.match(/<script[^>]*>/g), [`<script type="module" src="${await script()}">`]);
});

async function firstPaint() {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, baseURL: product.origin });
  const page = await context.newPage();
  const tools = await context.newCDPSession(page);
  await tools.send("Network.enable");
  await tools.send("Network.emulateNetworkConditions", SLOW_3G);
  await tools.send("Emulation.setCPUThrottlingRate", { rate: SLOWER_PROCESSOR });
  await page.goto(`/vi${FORM}`, { waitUntil: "commit" });
  const painted = await page.evaluate(
    () =>
      new Promise((resolve) => {
        new PerformanceObserver((list) => {
          const entry = list.getEntriesByName("first-contentful-paint")[0];
          if (entry) resolve(entry.startTime);
        }).observe({ type: "paint", buffered: true });
      }),
  );
  await context.close();
  return painted;
}

test(`the form is painted within ${FIRST_PAINT_MS_MAX} ms on slow 3G and a slow processor`, async (t) => {
  // The best of some tries: whatever else runs on this machine only ever makes it later.
  let best = Infinity;
  for (let tries = 0; tries < FIRST_PAINT_TRIES && best > FIRST_PAINT_MS_MAX; tries += 1) best = Math.min(best, await firstPaint());
  t.diagnostic(`${Math.round(best)} ms`);
  assert.ok(best <= FIRST_PAINT_MS_MAX, `${best} ms`);
});
