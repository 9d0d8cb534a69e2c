// The scripts' plain functions: what is asked, what is sent, what becomes of it.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { runnerImport } from "vite";

const load = async (name) => (await runnerImport(fileURLToPath(new URL(`../src/${name}.ts`, import.meta.url)))).module;
const [answers, outcome, work] = await Promise.all(["answers", "outcome", "work"].map(load));

// The cases that the server is held to as well.
const cases = (name) => JSON.parse(readFileSync(new URL(`../../tests/cases/${name}.json`, import.meta.url), "utf8"));

const question = (path, kind, group, more = {}) => ({ path: `answers.${path}`, kind, group, required: false, ...more });
const QUESTIONS = [
  question("q1", "rating", 0, { required: true }),
  question("why", "text", 0, { rule: { path: "answers.q1", is: ["1", "2"] } }),
  question("deeper", "text", 0, { rule: { path: "answers.why", is: ["x"] } }),
  question("note", "note", 1),
  question("q.2", "rating", 1),
  question("visits", "number", 1, { bounds: { min: 0, max: 99, decimals: 1 } }),
  question("how", "multiple", 2),
  question("end", "note", 2),
];
const paths = (asked) => asked.map(({ path }) => path.slice("answers.".length)).join();

test("a question is asked when what decides it is asked and answered so", () => {
  const cases = [
    [{}, "q1,note,q.2,visits,how,end"],
    [{ "answers.q1": ["2"] }, "q1,why,note,q.2,visits,how,end"],
    [{ "answers.q1": ["2"], "answers.why": ["x"] }, "q1,why,deeper,note,q.2,visits,how,end"],
    [{ "answers.q1": ["4"], "answers.why": ["x"] }, "q1,note,q.2,visits,how,end"],
  ];
  for (const [values, expected] of cases) assert.equal(paths(answers.relevant(QUESTIONS, values)), expected);
});

test("steps are questions, groups or everything, and texts to read stand with a question", () => {
  const asked = answers.relevant(QUESTIONS, {});
  const steps = (layout) => answers.stepsOf(asked, layout).map(paths).join(" ");
  assert.equal(steps("one_question"), "q1 note,q.2 visits how,end");
  assert.equal(steps("factor_pages"), "q1 note,q.2,visits how,end");
  assert.equal(steps("single_page"), "q1,note,q.2,visits,how,end");
  assert.deepEqual(answers.stepsOf([], "one_question"), []);
});

test("the questions that the server's cases name are asked and no others", () => {
  for (const { about, items, cases: list } of cases("relevance")) {
    const pathOf = Object.fromEntries(items.map(({ code, part = "answers" }) => [code, `${part}.${code}`]));
    const questions = items.map(({ code, kind, shown_if: rule }) => ({
      path: pathOf[code],
      kind,
      group: 0,
      required: false,
      rule: rule && { path: pathOf[rule.item], is: rule.is },
    }));
    for (const { typed, asked } of list) {
      const values = Object.fromEntries(Object.entries(typed).map(([code, said]) => [pathOf[code], said]));
      const expected = asked.map((code) => pathOf[code]);
      assert.deepEqual(answers.relevant(questions, values).map(({ path }) => path), expected, `${about}: ${JSON.stringify(typed)}`);
    }
  }
});

test("a number is read or refused as the server's cases say", () => {
  for (const { text, decimals, read } of cases("numbers")) {
    const visits = question("n", "number", 0, { bounds: { min: -1e30, max: 1e30, decimals } });
    const values = { "answers.n": [text] };
    const said = `${JSON.stringify(text)} with ${decimals} decimals`;
    assert.equal(answers.faultOf(visits, values), read === null ? "wrong" : undefined, said);
    // Zero has no sign in JSON.
    if (read !== null) assert.equal(answers.toParts([visits], values).answers.n + 0, read, said);
  }
});

test("a number lies within its bounds, and what is required is answered", () => {
  const visits = QUESTIONS[5];
  for (const [typed, expected] of [["0"], ["99"], ["99.0"], ["99.1", "wrong"], ["100", "wrong"], ["-0"], ["-1", "wrong"], ["", "wrong"]]) {
    assert.equal(answers.faultOf(visits, { "answers.visits": [typed] }), expected, typed);
  }
  assert.equal(answers.faultOf(QUESTIONS[0], {}), "required");
  assert.equal(answers.faultOf(QUESTIONS[1], {}), undefined);
});

test("what is not relevant is not sent, and each kind is sent as the interface documents", () => {
  const values = { "answers.q1": ["5"], "answers.why": ["slow"], "answers.q.2": ["none"], "answers.visits": ["1,5"], "answers.how": ["a", "b"] };
  const { answers: sent, respondent } = answers.toParts(answers.relevant(QUESTIONS, values), values);
  assert.deepEqual(sent, { q1: 5, "q.2": null, visits: 1.5, how: ["a", "b"] });
  assert.deepEqual(respondent, {});
});

test("an answer has the day of the survey's clock, inside the fieldwork", () => {
  const dates = { offset: 420, opens: "2024-11-01", closes: "2024-11-30" };
  const cases = [
    ["2024-11-20T16:59:00Z", "2024-11-20"],
    ["2024-11-20T17:00:00Z", "2024-11-21"],
    ["2024-12-02T05:00:00Z", "2024-11-30"],
    ["1970-01-01T00:00:00Z", "2024-11-01"],
  ];
  for (const [now, expected] of cases) assert.equal(answers.answeredOn(Date.parse(now), dates), expected, now);
});

test("identifiers are random UUIDs of version 4", () => {
  const ids = Array.from({ length: 100 }, answers.newId);
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(new Set(ids).size, 100);
});

test("only what is plainly the platform's word decides over an answer", () => {
  const cases = [
    [201, { receipt: "AB" }, "sent"],
    [200, { receipt: "AB" }, "sent"],
    [200, undefined, "later"],
    [200, { hello: 1 }, "later"],
    [302, undefined, "later"],
    [409, { code: "conflict" }, "known"],
    [409, { code: "not_open" }, "refused"],
    [409, undefined, "later"],
    [403, { code: "code_used" }, "refused"],
    [403, undefined, "later"],
    [422, [{ path: "answered_on" }], "refused"],
    [408, { code: "timeout" }, "later"],
    [425, { code: "early" }, "later"],
    [429, { code: "many" }, "later"],
    [500, undefined, "later"],
    [503, { code: "unavailable" }, "later"],
  ];
  for (const [status, body, kind] of cases) assert.equal(outcome.judge(status, body, null, 0).kind, kind, `${status} ${JSON.stringify(body)}`);
  assert.deepEqual(outcome.judge(422, [{ path: "answered_on" }], null, 0).paths, ["answered_on"]);
  assert.deepEqual(outcome.judge(503, {}, "7", 0), { kind: "later", delay: 7_000 });
});

test("the delay that a server names is understood as seconds or a date, and is at most a day", () => {
  const now = Date.parse("2024-11-20T12:00:00Z");
  const cases = [["120", 120_000], ["Wed, 20 Nov 2024 12:01:00 GMT", 60_000], ["Wed, 20 Nov 2024 11:00:00 GMT", 0], ["99999999", 86_400_000], ["soon", undefined], [null, undefined], ["", undefined]];
  for (const [header, expected] of cases) assert.equal(outcome.delayOf(header, now), expected, header);
});

test("tries lie ever further apart, up to an hour, and not all phones try at once", () => {
  assert.deepEqual([1, 2, 3, 20].map((tries) => outcome.backOff(tries, 1)), [5_000, 10_000, 20_000, 3_600_000]);
  assert.equal(outcome.backOff(1, 0), 2_500);
});

test("the work that is found begins with the zero bits that were asked for, and the page lives on meanwhile", async () => {
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 5);
  for (const bits of [0, 1, 8, 9, 16]) {
    const counter = await work.solve("abc", bits);
    const hash = createHash("sha256").update(`abc:${counter}`).digest();
    const binary = [...hash].map((byte) => byte.toString(2).padStart(8, "0")).join("");
    assert.ok(binary.startsWith("0".repeat(bits)), `${bits}: ${binary}`);
  }
  clearInterval(timer);
  assert.ok(turns > 1);
});

test("an entry is tried when it is due, and a clock that was set back does not hold it up", () => {
  const now = 1_000_000;
  const entry = { state: "waiting", next: now + 60_000, wait: 60_000, held: true };
  const cases = [
    [{}, outcome.DUE, false],
    [{}, outcome.ALL, false],
    [{ held: false }, outcome.DUE, false],
    [{ held: false }, outcome.WAITING, true],
    [{ next: now }, outcome.DUE, true],
    [{ next: now + 60_001 }, outcome.DUE, true],
    [{ next: now + 5 * 86_400_000, wait: 5_000 }, outcome.DUE, true],
    [{ state: "refused", next: now }, outcome.WAITING, false],
    [{ state: "refused", next: now }, outcome.ALL, true],
    [{ state: "sent", next: now }, outcome.ALL, false],
  ];
  for (const [more, effort, expected] of cases) assert.equal(outcome.mayTry({ ...entry, ...more }, effort, now), expected, JSON.stringify(more));
});
