// The puzzle before an answer over the open link, loaded only where a survey wants it: a number that costs a phone a second to
// find and a server nothing to check. It needs no network. Found in slices, so that the page stays alive.
import { sha256 } from "@noble/hashes/sha2.js";

const SLICE_MS = 12;
/** How many hashes lie between two looks at the clock. */
const BATCH = 64;

const zeroBits = (hash: Uint8Array): number => {
  let bits = 0;
  for (const byte of hash) {
    bits += Math.clz32(byte) - 24;
    if (byte) break;
  }
  return bits;
};

/** Finds a whole number with which SHA-256(puzzle:number) begins with as many zero bits as are asked for. */
export async function solve(puzzle: string, bits: number): Promise<number> {
  // What all attempts have in common is hashed once.
  const encoder = new TextEncoder();
  const common = sha256.create().update(encoder.encode(`${puzzle}:`));
  for (let work = 0; ; ) {
    const end = performance.now() + SLICE_MS;
    while (performance.now() < end) {
      for (let left = BATCH; left > 0; left -= 1, work += 1) {
        if (zeroBits(common.clone().update(encoder.encode(String(work))).digest()) >= bits) return work;
      }
    }
    await new Promise((resolve) => setTimeout(resolve));
  }
}
