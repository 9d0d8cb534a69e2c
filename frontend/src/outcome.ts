// What the server's answer to a submission means for the copy on the phone. Plain functions: no page, no network.

import type { Entry } from "./store";

/** What is tried: what is due; whatever waits; what was refused, too. */
export const [DUE, WAITING, ALL] = [0, 1, 2] as const;

/** What becomes of an entry of the outbox. */
export type Outcome =
  /** Durably kept by the server, now or before. */
  | { kind: "sent"; receipt: string }
  /** An answer with this identifier is kept, with other content: the first counts. */
  | { kind: "known" }
  /** Never taken as it is: it stays visible, with the reason. */
  | { kind: "refused"; why: string; paths: string[] }
  /** Worth another try: after the server's own delay in milliseconds, if it named one. */
  | { kind: "later"; delay?: number | undefined }
  /** Nobody answered. */
  | { kind: "unreachable" };

const DELAY_MAX = 24 * 3_600_000;

/** Milliseconds from a `Retry-After` header: seconds or a date, at most a day. */
export function delayOf(header: string | null, now: number): number | undefined {
  if (!header) return undefined;
  const delay = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(delay) ? undefined : Math.min(Math.max(delay, 0), DELAY_MAX);
}

/** How long to wait after this many failed tries: 5 seconds, doubling up to an hour, and never in step with others. */
export function backOff(tries: number, random: number): number {
  return Math.min(5_000 * 2 ** Math.max(0, tries - 1), 3_600_000) * (0.5 + random / 2);
}

/**
 * Judges an answer. Only what is plainly the platform's word counts: a hotspot's sign-in page with status 200 does not
 * mean that an answer is kept, nor one with 403 that it is refused.
 */
export function judge(status: number, body: unknown, retryAfter: string | null, now: number): Outcome {
  const { receipt, code } = (body ?? {}) as { receipt?: unknown; code?: unknown };
  if (status < 300 && typeof receipt === "string") return { kind: "sent", receipt };
  const isTemporary = status < 400 || status >= 500 || [408, 425, 429].includes(status);
  const isOurs = typeof code === "string" || Array.isArray(body);
  if (isTemporary || !isOurs) return { kind: "later", delay: delayOf(retryAfter, now) };
  if (code === "conflict") return { kind: "known" };
  const paths = Array.isArray(body) ? body.map((finding) => String((finding as { path?: unknown })?.path)) : [];
  return { kind: "refused", why: typeof code === "string" ? code : "invalid", paths };
}

/** Whether an entry may be tried. A delay that the server named is kept, however hard one presses. */
export function mayTry(entry: Entry, effort: number, now: number): boolean {
  const isCandidate = entry.state === "waiting" || (entry.state === "refused" && effort === ALL);
  const left = entry.next - now;
  // More left than there was to wait: the clock was wrong, and was set back.
  const isDue = left <= 0 || left > (entry.wait ?? 0);
  return isCandidate && (isDue || (effort !== DUE && !entry.held));
}
