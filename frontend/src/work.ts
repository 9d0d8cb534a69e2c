// Proof of work, loaded only where the server asks for it: a number that costs a phone seconds to find and a server
// nothing to check. Found in slices, so that the page stays alive.
import { sha256 } from "@noble/hashes/sha2.js";

/** What the server hands out. */
interface Challenge {
  challenge: string;
  bits: number;
}

const SLICE_MS = 12;
/** How many hashes lie between two looks at the clock. */
const BATCH = 64;
const BITS_MAX = 26;

const zeroBits = (hash: Uint8Array): number => {
  let bits = 0;
  for (const byte of hash) {
    bits += Math.clz32(byte) - 24;
    if (byte) break;
  }
  return bits;
};

/** Finds a decimal counter with which SHA-256(challenge:counter) begins with as many zero bits as are asked for. */
export async function solve({ challenge, bits }: Challenge): Promise<number> {
  // What all attempts have in common is hashed once.
  const encoder = new TextEncoder();
  const common = sha256.create().update(encoder.encode(`${challenge}:`));
  for (let counter = 0; ; ) {
    const end = performance.now() + SLICE_MS;
    while (performance.now() < end) {
      for (let left = BATCH; left > 0; left -= 1, counter += 1) {
        if (zeroBits(common.clone().update(encoder.encode(String(counter))).digest()) >= bits) return counter;
      }
    }
    await new Promise((resolve) => setTimeout(resolve));
  }
}

/** Fetches a challenge and returns the header that proves the work. */
export async function prove(source: string): Promise<string> {
  const response = await fetch(source, { credentials: "omit", cache: "no-store" });
  const { challenge, bits } = (await response.json()) as Partial<Challenge>;
  const isFair = typeof challenge === "string" && typeof bits === "number" && bits <= BITS_MAX;
  if (!response.ok || !isFair) throw new Error("no challenge that can be met");
  return `${challenge}:${await solve({ challenge, bits })}`;
}
