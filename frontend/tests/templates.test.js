// Every template, in every language, in every state worth seeing: no barrier of any kind, on the smallest phone.
import assert from "node:assert/strict";
import { readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { CONTRAST, NARROW, barriers, flaws } from "./barriers.js";
import { refuse } from "./phone.js";
import { LANGUAGES, onSmallSurvey } from "./product.js";
import { FORM_WALKS } from "./samples-form.js";
import { OFFICE_WALKS } from "./samples-office.js";
import { intoAllStates, wordy } from "./states.js";
import { SHOWN_BY } from "./template-marks.js";

let browser, survey, product, codes, storageState;
const answered = {};
const seen = new Set();

onSmallSurvey(
  async (stage) => {
    ({ browser, survey, product } = stage);
    await rememberAnswers();
  },
  {
    questionnaire: wordy,
    async prepare(survey) {
      codes = await intoAllStates(survey);
    },
  },
);

const inEach = async (ask) => Object.fromEntries(await Promise.all(LANGUAGES.map(async (language) => [language, await ask(language)])));

// Keeps what the server answers in states that do not last: before the link is used, while jobs wait and run, and while the database is away.
async function rememberAnswers() {
  const context = await browser.newContext({ baseURL: product.origin });
  const kept = async (response) => ({ status: response.status(), headers: response.headers(), body: await response.body() });
  const { pathname } = new URL(product.signIn);
  answered.signIn = await inEach(async (language) => kept(await context.request.get(`/${language}${pathname}`)));
  await context.request.post(product.signIn);
  storageState = await context.storageState();
  answered.jobs = await inEach(async (language) => kept(await context.request.get(`/${language}/jobs`)));
  const database = join(survey.folder, "small.db");
  await rename(database, `${database}.away`);
  answered.outage = await inEach(async (language) => kept(await context.request.post(`/${language}/jobs/90/cancel`)));
  const form = { id: crypto.randomUUID(), step: "check", action: "send", "answers.q1": "4" };
  answered.busy = await inEach(async (language) => kept(await context.request.post(`/${language}/s/small/D01`, { form })));
  await rename(`${database}.away`, database);
  await context.close();
}

// What a walk is given: a page, ways to bring it somewhere, and `look`, which finds whatever is wrong with what it shows.
async function guide(language, { script = false, signedIn = false }) {
  const options = { viewport: NARROW, baseURL: product.origin, serviceWorkers: "block" };
  const context = await browser.newContext({ ...options, ...(signedIn ? { storageState } : {}) });
  // The browser itself must run script, for axe does; a page whose script does not load is a page without.
  if (!script) await context.route("**/assets/**", refuse);
  const page = await context.newPage();
  const found = [];
  // Goes to an address of this language, with what is posted there, or with the `answer` that was given there before.
  async function to(path, { method, form, headers = {}, status = 200, answer } = {}) {
    const address = `/${language}${path}`;
    if (method || answer) {
      const posted = { method, postData: new URLSearchParams(form).toString(), headers: { "content-type": "application/x-www-form-urlencoded", ...headers } };
      const fulfil = async (route) => route.fulfill(answer ?? { response: await route.fetch(posted) });
      await page.route((url) => `${url.pathname}${url.search}` === address, fulfil, { times: 1 });
    }
    const response = await page.goto(address);
    assert.equal(response.status(), status, address);
  }
  async function look(name, ...templates) {
    const options = typeof templates[0] === "object" ? templates.shift() : {};
    found.push(...(await flaws(page, language, options)).map((flaw) => `${name}: ${flaw}`));
    for (const template of templates) {
      if ((await page.locator(SHOWN_BY[template]).count()) === 0) found.push(`${name}: shows no ${template}`);
      seen.add(`${template} ${language}`);
    }
    if (language !== "en" || options.paper) return;
    await page.emulateMedia({ colorScheme: "dark" });
    found.push(...(await barriers(page, CONTRAST)).map((flaw) => `${name}, in the dark: ${flaw}`));
    await page.emulateMedia({ colorScheme: "light" });
  }
  return { context, page, language, codes, answered, folder: survey.folder, to, look, found };
}

for (const [name, { walk, ...options }] of Object.entries({ ...FORM_WALKS, ...OFFICE_WALKS })) {
  for (const language of LANGUAGES) {
    test(`${name}: nothing stands in the way of anybody (${language})`, async () => {
      const guided = await guide(language, options);
      try {
        await walk(guided);
      } finally {
        await guided.context.close();
      }
      assert.deepEqual(guided.found, []);
    });
  }
}

test("no template goes without a sample in any language", async () => {
  const files = await readdir(new URL("../templates", import.meta.url), { recursive: true });
  const templates = files.filter((file) => file.endsWith(".html")).sort();
  assert.deepEqual(Object.keys(SHOWN_BY).sort(), templates, "template-marks.js names what each template leaves on a page");
  const languages = (template) => (template === "sheets/sheets.html" ? ["vi"] : LANGUAGES);
  const unseen = templates.flatMap((template) => languages(template).map((language) => `${template} ${language}`)).filter((pair) => !seen.has(pair));
  assert.deepEqual(unseen, [], "samples-form.js and samples-office.js show each template");
});
