// The outbox: an answer is kept on the phone before anything is tried, and sent until the server has it.
import { answeredOn } from "./answers";
import { ALL, backOff, DUE, judge, mayTry, WAITING, type Outcome } from "./outcome";
import { alone, entries, put, remove, type Entry } from "./store";

export { ALL };

const ANSWERS_WITHIN = 60_000;
const SENT_KEPT_MAX = 50;
const RECHECK_MAX = 60_000;

const watchers = new Set<() => unknown>();
const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("plumbline-outbox") : undefined;
let sending: string | undefined;
let queue: Promise<void> = Promise.resolve();
let timer: ReturnType<typeof setTimeout> | undefined;

/** The key of the entry that is being sent by this page. */
export const sendingNow = () => sending;

/** Calls `watcher` whenever something has changed, here or in another page. */
export function watch(watcher: () => unknown): void {
  watchers.add(watcher);
}

/** Tells all pages that something has changed. */
export function tell(): void {
  channel?.postMessage(0);
  for (const watcher of watchers) watcher();
}

let isStarted = false;

/** Sends from now on: at once, when the network is back, when the page is looked at, and from time to time. */
export function startSending(): void {
  void drain(WAITING);
  if (isStarted) return;
  isStarted = true;
  if (channel) channel.onmessage = () => [...watchers].forEach((watcher) => watcher());
  addEventListener("online", () => void drain(WAITING));
  document.addEventListener("visibilitychange", () => !document.hidden && void drain(DUE));
}

/** Sends what is to be sent, one after another, one page at a time. */
export function drain(effort: number): Promise<void> {
  queue = queue
    .then(async () => {
      const isToTry = (await entries()).some((entry) => mayTry(entry, effort, Date.now()));
      if (isToTry) await alone(() => pass(effort));
    })
    .catch(() => undefined)
    .then(() => schedule());
  return queue;
}

async function pass(effort: number): Promise<void> {
  const tried = new Set<string>();
  for (;;) {
    const entry = (await entries()).find((entry) => !tried.has(entry.key) && mayTry(entry, effort, Date.now()));
    if (!entry) return;
    tried.add(entry.key);
    sending = entry.key;
    tell();
    try {
      if (!(await attempt(entry))) return;
    } finally {
      sending = undefined;
      tell();
    }
  }
}

/** Tries the next entry in time; a page that stays open needs nobody to press anything. */
async function schedule(): Promise<void> {
  clearTimeout(timer);
  const waiting = (await entries().catch(() => [])).filter(({ state }) => state === "waiting");
  if (!waiting.length) return;
  const soonest = Math.min(...waiting.map(({ next }) => next)) - Date.now();
  timer = setTimeout(() => void drain(DUE), Math.min(Math.max(soonest, 1_000), RECHECK_MAX));
}

/** Tries one entry, and notes what became of it. Returns whether others are worth trying now. */
async function attempt(entry: Entry): Promise<boolean> {
  let { outcome, skew } = await send(entry);
  // Nobody has answered later than now: a clock that was ahead may have been set right since.
  const day = answeredOn(Math.min(entry.at, Date.now()) + skew, entry.dates);
  if (outcome.kind === "refused" && outcome.paths.join() === "answered_on" && day !== entry.day) {
    // The phone's clock was wrong: the server's says which day it was.
    entry = { ...entry, day, body: { ...entry.body, answered_on: day } };
    await put(entry);
    ({ outcome } = await send(entry));
  }
  switch (outcome.kind) {
    case "sent":
    case "known":
      await put({ ...entry, state: outcome.kind, receipt: outcome.kind === "sent" ? outcome.receipt : undefined, body: undefined });
      await forgetOldest();
      return true;
    case "refused":
      await put({ ...entry, state: "refused", why: outcome.why });
      return true;
    default:
      return postpone(entry, outcome);
  }
}

/** Puts a failed try off; and all others, where the server is busy or out of reach for them, too. */
async function postpone(entry: Entry, outcome: Outcome): Promise<boolean> {
  const delay = outcome.kind === "later" ? outcome.delay : undefined;
  const [tries, held] = [entry.tries + 1, delay !== undefined];
  const wait = delay ?? backOff(tries, Math.random());
  const next = Date.now() + wait;
  await put({ ...entry, state: "waiting", tries, next, wait, held });
  if (!held && outcome.kind !== "unreachable") return true;
  const others = (await entries()).filter(({ key, state }) => key !== entry.key && state === "waiting");
  for (const other of others) await put({ ...other, ...(other.next < next ? { next, wait } : {}), held: held || other.held });
  return false;
}

async function forgetOldest(): Promise<void> {
  const sent = (await entries()).filter(({ state }) => state === "sent" || state === "known");
  for (const { key } of sent.slice(0, -SENT_KEPT_MAX)) await remove(key);
}

/** Posts an entry, with its puzzle solved where one is wanted, and says how far the server's clock is ahead. */
async function send(entry: Entry): Promise<{ outcome: Outcome; skew: number }> {
  let skew = 0;
  try {
    const { body, puzzle, device } = entry;
    if (puzzle && body && body.work === undefined) {
      body.work = await (await import("./work")).solve(puzzle.text, puzzle.bits);
      // Solved once, however often it is sent.
      await put(entry);
    }
    const headers: Record<string, string> = { "Content-Type": "application/json" };
    if (device) headers.Authorization = `Bearer ${device}`;
    // Without credentials of the browser: an answer is a citizen's, whoever is signed in to it.
    const [response, answer] = await withTimeout(async (signal): Promise<[Response, unknown]> => {
      const request = { method: "POST", headers, body: JSON.stringify(body), credentials: "omit", redirect: "error", signal } as const;
      const response = await fetch(entry.url, request);
      return [response, await response.json().catch(() => undefined)];
    });
    skew = (Date.parse(response.headers.get("Date") ?? "") || Date.now()) - Date.now();
    return { outcome: judge(response.status, answer, response.headers.get("Retry-After"), Date.now()), skew };
  } catch {
    return { outcome: { kind: "unreachable" }, skew };
  }
}

/** Gives up what takes too long, an answer that breaks off in its middle, too. */
async function withTimeout<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), ANSWERS_WITHIN);
  return work(controller.signal).finally(() => clearTimeout(timer));
}
