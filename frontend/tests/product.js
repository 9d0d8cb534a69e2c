// The product as a real process on a free port, and a real browser beside it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const BINARY = process.env.BINARY ?? fileURLToPath(new URL("../../target/release/plumbline", import.meta.url));
const STARTS_WITHIN_MS = 120_000;

// Runs the binary with these arguments until it listens; `origin` is where, `signIn` the link that signs the administrator
// in once, `token` the administrator's (printed at the first start only), `rows` the number of answers that a wave has.
async function start(args, env = {}, known = undefined) {
  const server = spawn(BINARY, args, { stdio: ["ignore", "pipe", "inherit"], env });
  const timer = setTimeout(() => server.kill(), STARTS_WITHIN_MS);
  let [origin, signIn, token] = [undefined, undefined, known];
  for await (const line of createInterface({ input: server.stdout })) {
    origin ??= line.match(/listens on (http:\/\/\S+)/)?.[1];
    token ??= line.match(/token: (\S+)/)?.[1];
    signIn ??= line.match(/(http:\/\/\S+\/sign-in\/\S+)/)?.[1];
    if (origin && signIn) break;
  }
  clearTimeout(timer);
  if (!signIn) throw new Error(`${BINARY} ${args[0]} ended before it listened`);
  server.stdout.resume();
  const stop = () => new Promise((resolve) => server.once("exit", resolve) && server.kill("SIGTERM"));
  const rows = async (wave) => {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`${origin}/api/v1/waves/${wave}/fieldwork?format=csv`, { headers });
    const [head, all] = (await answer.text()).trim().split("\n").map((line) => line.split(","));
    return Number(all[head.indexOf("answered")]);
  };
  return { origin, signIn, token, stop, rows };
}

// Starts the demonstration.
export const startProduct = () => start(["demo", "--listen", "127.0.0.1:0"]);

// Runs a command of the binary to its end and returns what it printed.
async function run(database, ...args) {
  const command = spawn(BINARY, [...args, "--database-url", database], { stdio: ["ignore", "pipe", "inherit"], env: {} });
  let printed = "";
  command.stdout.on("data", (data) => (printed += data));
  const [code] = await once(command, "close");
  if (code !== 0) throw new Error(`${BINARY} ${args.join(" ")} ended with ${code}`);
  return printed;
}

// A small survey, open from ten days ago until ten days from now, in a database of its own: `serve` starts a server on it,
// again on the same address once the last has stopped; `remove` removes it. `questionnaire` may change the questionnaire.
export async function smallSurvey({ layout = "factor_pages", questionnaire = (text) => text } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "plumbline-browser-"));
  const database = `sqlite://${join(folder, "small.db")}`;
  const day = (days) => new Date(Date.now() + (days * 24 + 7) * 3_600_000).toISOString().slice(0, 10);
  const plan = (await readFile(new URL("small-plan.toml", import.meta.url), "utf8"))
    .replace("{layout}", layout)
    .replaceAll("{opens}", day(-10))
    .replaceAll("{closes}", day(10));
  const files = { "plan.toml": plan, "units.csv": await readFile(new URL("small-units.csv", import.meta.url), "utf8") };
  files["small.toml"] = questionnaire(await readFile(new URL("small-questionnaire.toml", import.meta.url), "utf8"));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  await run(database, "migrate");
  await run(database, "import", "units", join(folder, "units.csv"));
  await run(database, "wave", "create", join(folder, "plan.toml"));
  await run(database, "wave", "open", "small");
  const token = (await run(database, "keys", "token")).trim();
  let listen = "127.0.0.1:0";
  const serve = async (env = {}) => {
    const product = await start(["serve", "--listen", listen, "--database-url", database], env, token);
    listen = new URL(product.origin).host;
    return product;
  };
  const close = () => run(database, "wave", "close", "small");
  const command = (...args) => run(database, ...args);
  return { serve, close, command, folder, remove: () => rm(folder, { recursive: true }) };
}

// What most files of tests play on, from their first test to their last: a browser, a small survey as `smallSurvey` makes it, and
// a server on it, which starts when `prepare` has done its part. `ready` is given all three before the first test.
export function onSmallSurvey(ready, { prepare = async () => undefined, ...made } = {}) {
  let browser, survey, product;
  before(async () => {
    [browser, survey] = await Promise.all([startBrowser(), smallSurvey(made)]);
    product = await survey.serve(await prepare(survey));
    await ready({ browser, survey, product });
  });
  after(async () => {
    await browser?.close();
    await product?.stop();
    await survey?.remove();
  });
}

export function startBrowser() {
  const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"];
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args });
}

export const LANGUAGES = ["vi", "en", "cs"];

// Every kind of page, without its language; those of the second list are for the administrator.
export const PUBLIC_PAGES = [
  "/",
  "/s/laocai-2024",
  "/s/laocai-2024/082",
  "/i/laocai-2024",
  "/receipt",
  "/outbox",
  "/entry",
  "/r/laocai-2023",
  "/r/laocai-2023/082",
  "/r/laocai-2023?sets=simultaneous",
  "/r/laocai-2023/082?sets=simultaneous",
];
export const OFFICE_PAGES = ["/r/laocai-2024", "/r/laocai-2024/082", "/office/laocai-2024", "/jobs"];
