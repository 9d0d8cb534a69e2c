// Samples of what officials and the readers of results meet, of errors, and of paper.
import { join } from "node:path";
import { pathToFileURL } from "node:url";

async function results({ to, look }) {
  await to("/");
  await look("waves in all states", "results/waves.html", "base.html");
  await to("/r/many");
  const parts = ["ranking", "sets", "method", "open_link", "release"].map((name) => `results/${name}.html`);
  await look("a long ranking by a method of its own, corrected", ...parts, "list_search.html", "list_pages.html");
  for (const [query, name, ...templates] of [
    ["?release=1", "what was corrected", "results/release.html"],
    ["?page=3", "the last page, with units that nobody answered for", "list_pages.html"],
    ["?q=nobody", "nothing is found", "list_search.html"],
    ["?sets=simultaneous", "rank sets that were left out", "results/sets.html"],
  ]) {
    await to(`/r/many${query}`);
    await look(name, "results/ranking.html", ...templates);
  }
  await to("/r/many/X0000");
  await look("a unit with a long name", "results/unit.html", "results/release.html");
  await to(`/r/many/X0209?release=1`);
  await look("a unit that nobody answered for", "results/unit.html");
  await to("/r/shut", { status: 403 });
  await look("not released, over", "results/not_released.html");
  await to("/r/small", { status: 403 });
  await look("not released, still open", "results/not_released.html");
  await to("/api");
  await look("the interface", "results/api.html");
}

async function office({ to, look, answered, language }) {
  await to("/sign-in", { answer: answered.signIn[language] });
  await look("the link that signs in", "office/sign_in.html");
  await to("/jobs", { answer: answered.jobs[language] });
  await look("jobs of all states", "office/jobs.html");
  await to("/office/small");
  await look("fieldwork that has begun", "office/fieldwork.html");
  await to("/office/shut");
  await look("fieldwork without an answer, weights that cannot be made", "office/fieldwork.html");
  for (const [query, name, ...templates] of [
    ["", "fieldwork of many units", "list_search.html", "list_pages.html"],
    ["?q=nobody", "fieldwork, nothing is found", "list_search.html"],
    ["?unit=X0000", "fieldwork of one unit"],
  ]) {
    await to(`/office/many${query}`);
    await look(name, "office/fieldwork.html", ...templates);
  }
  for (const path of ["/r/shut", "/r/shut/D01"]) {
    await to(path);
    await look("results before release, of nobody", `results/${path.endsWith("D01") ? "unit" : "ranking"}.html`);
  }
}

async function entry({ page, to, look, codes, language }) {
  await to("/entry");
  await look("the code of a collector", "entry/sign_in.html");
  await page.fill("#code", "M".repeat(64));
  await page.press("#code", "Enter");
  await look("a code that is none", "entry/sign_in.html");
  await page.fill("#code", codes.collector);
  await page.press("#code", "Enter");
  await look("where a batch begins", "entry/batches.html");
  const batch = `${language}-`.padEnd(64, "9");
  for (const [turn, rating] of [["first", "5"], ["second", "4"]]) {
    await to("/entry/batches");
    await page.fill("#batch", batch);
    await page.check(`[name=turn][value=${turn}]`);
    await page.click("form.entry button");
    if (turn === "first") await look("a form to type", "entry/form.html");
    await page.locator(".key input").first().fill(rating);
    await page.locator("form.keys button").press("Enter");
    await page.waitForSelector("main [role=status]");
    await look("a form was typed", "entry/form.html");
  }
  for (const key of await page.locator(".key input").all()) await key.fill("8");
  await page.fill("#form", "0");
  await page.fill("#day", "2001-01-01");
  await page.locator("form.keys button").click();
  await look("a number that no form has", "entry/form.html");
  await page.fill("#form", "1000000");
  await page.locator("form.keys button").click();
  await look("everything is wrong", "entry/form.html");
  await to("/entry/differences?unit=D01");
  await look("two readings", "entry/differences.html");
  await to("/entry/batches");
  await look("batches that are not done", "entry/batches.html");
  await to("/entry/differences?unit=D02");
  await look("nothing differs", "entry/differences.html");
}

// Guesses codes until the server has had enough of it, and returns what it says then.
async function flood(context, language) {
  for (let guess = 0; ; guess += 1) {
    const answer = await context.request.post(`/${language}/i/asked`, { form: { code: `GUESS-${guess}` } });
    if (answer.status() === 429) return { status: 429, headers: answer.headers(), body: await answer.body() };
  }
}

async function errors({ context, to, look, answered, language }) {
  for (const [path, status, options] of [
    ["/nowhere", 404],
    ["/jobs", 401],
    ["/jobs/1/cancel", 405],
    [`/r/many?q=${"x".repeat(65)}`, 400],
    ["/s/small/D01", 413, { method: "POST", form: Array.from({ length: 1_001 }, () => ["a", "b"]) }],
    ["/s/small/D01", 415, { method: "POST", form: [], headers: { "content-type": "text/plain" } }],
    ["/i/asked", 429, { answer: await flood(context, language) }],
    ["/jobs/90/cancel", 503, { answer: answered.outage[language] }],
  ]) {
    await to(path, { status, ...options });
    await look(`${status}`, "error.html");
  }
  await to("/s/small/D01", { status: 503, answer: answered.busy[language] });
  await look("answers that cannot be kept now", "form/check.html", "form/summary.html");
}

async function paper({ page, look, folder, language }) {
  await page.goto(pathToFileURL(join(folder, `paper-${language}.html`)).href);
  await look("paper forms", { paper: true }, "sheets/paper.html");
  if (language !== "vi") return;
  await page.goto(pathToFileURL(join(folder, "sheets/sheets-D01.html")).href);
  await look("sheets of invitations, which have all languages on each card", { paper: true }, "sheets/sheets.html");
}

/** The walks of officials and readers, by what they are about. */
export const OFFICE_WALKS = {
  "results": { walk: results },
  "the office": { walk: office, signedIn: true },
  "paper forms are entered": { walk: entry, script: true },
  "errors": { walk: errors },
  "paper": { walk: paper },
};
