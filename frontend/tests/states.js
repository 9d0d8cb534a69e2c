// A small survey in every state that a page can show: waves before, in and after their field, a correction, jobs of all kinds.
import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import initSqlJs from "sql.js";
import { tone } from "./tone.js";

/** Units of the wave `many`: more than one page shows. */
export const COMMUNES = 210;
const LONG = "Nejneobhospodařovávatelnějšíhozpřílišodlehlýchvysokohorskýchsprávníchobvodů";
const communes = Array.from({ length: COMMUNES }, (_, at) => `X${String(at).padStart(4, "0")}`);

// Groups within groups, as in docs/examples/method.toml.
const METHOD = `
name = "province-nested"
version = "2026"
headline = "index_nested"
title = { vi = "Chỉ số lồng nhau", en = "Nested index", cs = "Vnořený index" }
[[index]]
id = "index_nested"
measure = "share"
unit = "percent"
[[index.group]]
weight = 0.7
[[index.group.group]]
factor = "access"
[[index.group.group]]
items = { q2 = 3 }
weight = 3
[[index.group]]
factor = "rest"
weight = 0.3
[[index]]
id = "index_points"
measure = "score"
unit = "points"
points = [0, 100]
by = "items"
`;

/** The questionnaire with words that are as long as words get. */
export const wordy = (text) => text.replace('cs = "Návštěvy"', `cs = "Návštěvy: ${LONG}"`);

// Four answers from two villages in each commune but the last five.
function answers() {
  const rows = communes.slice(0, -5).flatMap((unit, at) =>
    [0, 1, 2, 3].map((number) => `${at}-${number},${unit},V${number % 2},paper,${1 + ((at + number * number) % 5)},${1 + (at % 5)},F`),
  );
  return ["number,commune,village,channel,q1,q2,sex", ...rows].join("\n");
}

function register() {
  const name = (at) => (at === 0 ? LONG : `Xã Bình Ở ${at}`);
  const rows = communes.map((code, at) => `${code},commune,commune,,${name(at)},${at === 0 ? LONG : `Commune ${at}`},,`);
  return ["code,level,kind,parent_code,name_vi,name_en,valid_from,valid_to", ...rows].join("\n");
}

// The plan of a wave like the small one.
const like = (plan, code, changes, added = "") =>
  changes.reduce((text, [from, to]) => {
    assert.ok(text.includes(from), `${from} stands in the plan`);
    return text.replace(from, to);
  }, plan.replace('code = "small"', `code = "${code}"`)) + added;

function plans(plan, opens) {
  const districts = 'units = { level = "district", codes = "all" }';
  const many = [
    ['"sipas-top2@2017"', '"nested.toml"'],
    ['answers = "counted"', 'answers = "apart"'],
    [districts, `level = 0.99995\nunits = { level = "commune", codes = "all", target = 4 }`],
  ];
  const columns = '\n[columns]\nid = "number"\nunit = "commune"\npsu = "village"\nmode = "channel"\n[ranking]\nanswers_min = 1\n';
  const levels = "levels = [{ values = [\"D01\"], people = 900 }, { values = [\"D02\"], people = 500 }]";
  const margin = `\n[calibration]\nmethod = "raking"\n[[calibration.margin]]\ncolumns = ["unit"]\n${levels}\n`;
  return {
    many: like(plan, "many", many, columns),
    early: like(plan, "early", [[`field = { opens = "${opens}"`, `field = { opens = "${new Date(Date.now() + 4 * 86_400_000).toISOString().slice(0, 10)}"`]]),
    shut: like(plan, "shut", [], margin),
    asked: like(plan, "asked", [['answers = "counted"', 'answers = "refused"']]),
  };
}

// Somebody who was not asked answers over the open link.
async function answerOpenly(survey) {
  const server = await survey.serve();
  const day = new Date(Date.now() + 7 * 3_600_000).toISOString().slice(0, 10);
  const answer = { id: crypto.randomUUID(), unit: "X0001", mode: "web", language: "vi", answered_on: day, answers: { q1: 4, q2: 2 }, respondent: {} };
  const headers = { "content-type": "application/json" };
  const kept = await fetch(`${server.origin}/api/v1/waves/many/responses`, { method: "POST", headers, body: JSON.stringify(answer) });
  assert.equal(kept.status, 201, await kept.text());
  await server.stop();
}

// Invitations of the wave `asked`, on sheets.
async function invite(survey, path) {
  const villages = ["D01", "D02"].flatMap((unit) => [1, 2, 3].map((village) => `${unit},V${village},90`));
  await writeFile(path("frame.csv"), ["district,village,people", ...villages].join("\n"));
  const stage = '[[stage]]\ncolumn = "village"\ntake = 2\nmethod = "equal"\n[people]\ntake = 9\nreserves = 1\nsize = "people"\n';
  await writeFile(path("sample.toml"), `seed = 7\nunit = "district"\nlocality = ["village"]\n${stage}`);
  const wanted = ["--frame", path("frame.csv"), "--sample", path("sample.toml"), "--base-url", "https://khaosat.example"];
  await survey.command("invite", "draw", "--wave", "asked", ...wanted, "--output", path("sheets"));
  const [head, row] = (await readFile(path("sheets/codes.csv"), "utf8")).split("\n").map((line) => line.split(","));
  return row[head.indexOf("code")];
}

// What no command leads to within a test: a correction, and jobs that run, failed or were cancelled.
async function keepRows(file) {
  const { Database } = await initSqlJs();
  const bytes = await readFile(file);
  // The file says that it has a log beside it, which this reader cannot know; it was closed, so the log is empty.
  bytes[18] = bytes[19] = 1;
  const database = new Database(bytes);
  const reason = JSON.stringify({ vi: "Hai xã bị nhầm với nhau", en: "Two communes were taken for each other" });
  database.run("CREATE TEMP TABLE further AS SELECT * FROM release");
  database.run("UPDATE further SET number = 2, reason = ?", [reason]);
  database.run("INSERT INTO release SELECT * FROM further");
  const day = new Date().toISOString().slice(0, 10);
  const jobs = [
    [90, "release", "shut", "failed", 1, `calibration: the weights do not converge; ${LONG}`, 3, 9],
    [91, "correct", "many", "cancelled", 1, "", 1, 3],
    [92, "recount", "small", "running", 2, "", 1_234, 9_999],
    [93, "release", "asked", "waiting", 0, "", 0, 0],
  ];
  for (const [id, kind, object, state, tries, message, done, total] of jobs) {
    const columns = "id, kind, object, state, tries, wanted_by, wanted_on, message";
    database.run(`INSERT INTO job (${columns}) VALUES (?, ?, ?, ?, ?, 'operator', ?, ?)`, [id, kind, object, state, tries, day, message]);
    database.run("INSERT INTO job_progress (job_id, beat, done, total) VALUES (?, 1, ?, ?)", [id, done, total]);
  }
  await writeFile(file, database.export());
  database.close();
}

// Brings a small survey into all states, before its server starts; returns the codes of a device, a collector and an invitation.
export async function intoAllStates(survey) {
  const path = (name) => join(survey.folder, name);
  const plan = await readFile(path("plan.toml"), "utf8");
  await writeFile(path("communes.csv"), register());
  await writeFile(path("answers.csv"), answers());
  await writeFile(path("nested.toml"), METHOD);
  await survey.command("import", "units", path("communes.csv"));
  for (const [code, text] of Object.entries(plans(plan, plan.match(/opens = "([^"]+)"/)[1]))) {
    await writeFile(path(`${code}.toml`), text);
    await survey.command("wave", "create", path(`${code}.toml`));
    await survey.command("wave", "open", code);
  }
  await survey.command("import", "responses", path("answers.csv"), "--wave", "many");
  await answerOpenly(survey);
  for (const step of ["close", "release"]) await survey.command("wave", step, "many");
  await survey.command("wave", "close", "shut");
  for (const language of ["vi", "en", "cs"]) {
    await mkdir(path(`sound/${language}`), { recursive: true });
    for (const item of ["q1", "note"]) await writeFile(path(`sound/${language}/${item}.wav`), tone(500));
  }
  await survey.command("import", "audio", path("sound"), "--wave", "small");
  const grant = async (...wanted) => (await survey.command("access", "grant", ...wanted, "--wave", "small")).split("\n")[0];
  const device = await grant("kiosk", "--name", "counter", "--unit", "D01");
  const collector = await grant("collector", "--name", "lan");
  const invitation = await invite(survey, path);
  for (const language of ["vi", "en", "cs"]) {
    const wanted = ["--unit", "D01", "--batch", "BX-1", "--count", "2", "--language", language, "--base-url", "https://khaosat.example"];
    await survey.command("paper", "--wave", "small", ...wanted, "--output", path(`paper-${language}.html`));
  }
  await keepRows(path("small.db"));
  return { device, collector, invitation };
}
