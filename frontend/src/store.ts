// The outbox as it is kept on the phone, in IndexedDB: entries, and a lease for browsers that have no locks.
import type { Dates } from "./answers";

/** One answer on its way, or what is left of it. */
export interface Entry {
  /** Its name on this phone. It is not the submission's identifier, which goes with `body` once that is sent. */
  key: string;
  state: "waiting" | "refused" | "sent" | "known";
  /** What it is about, in words. */
  about: string;
  /** The day of the answer. */
  day: string;
  /** When it was put here, in milliseconds; only for the order and for phones whose clock is wrong. */
  at: number;
  /** Where it is sent to. */
  url: string;
  /** The submission; gone once it is sent. */
  body?: Record<string, unknown> | undefined;
  dates: Dates;
  /** The puzzle to solve before it is sent, if the survey wants one. */
  puzzle?: { text: string; bits: number } | undefined;
  /** The code of the device at an office that sends it. */
  device?: string | undefined;
  /** How often it was tried in vain. */
  tries: number;
  /** When it is tried again. */
  next: number;
  /** How long there is to wait until then, in milliseconds. */
  wait?: number;
  /** Whether the server itself named that time. */
  held: boolean;
  /** Why it was refused. */
  why?: string | undefined;
  receipt?: string | undefined;
}

const OPENS_WITHIN = 3_000;
const LEASE = 9_000;
let opened: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((resolve, reject) => {
    // Some browsers neither open a database nor say that they will not.
    setTimeout(() => reject(new Error("no database")), OPENS_WITHIN);
    const request = indexedDB.open("plumbline", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("outbox", { keyPath: "key" });
      request.result.createObjectStore("lease");
    };
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      // A newer page may want another version; it must not wait for this one.
      request.result.onversionchange = () => request.result.close();
      request.result.onclose = () => (opened = undefined);
      resolve(request.result);
    };
  });
  opened.catch(() => (opened = undefined));
  return opened;
}

async function within<T>(
  name: "outbox" | "lease",
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await open();
  return new Promise((resolve, reject) => {
    // Strict: what was said to be saved survives a battery that runs out.
    const transaction = database.transaction(name, mode, { durability: "strict" });
    const request = work(transaction.objectStore(name));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

/** All entries, oldest first. */
export async function entries(): Promise<Entry[]> {
  const all: Entry[] = await within("outbox", "readonly", (store) => store.getAll());
  return all.sort((a, b) => a.at - b.at);
}

/** Keeps an entry. */
export const put = (entry: Entry) => within("outbox", "readwrite", (store) => store.put(entry));

/** Removes an entry. */
export const remove = (key: string) => within("outbox", "readwrite", (store) => store.delete(key));

/** Runs `work` alone among all pages of this browser. */
export async function alone(work: () => Promise<void>): Promise<void> {
  if (navigator.locks) return void (await navigator.locks.request("plumbline-outbox", work));
  // A page that is not looked at may be frozen with the lease in its hand.
  if (document.hidden || !(await takeLease())) return;
  const renewing = setInterval(() => within("lease", "readwrite", (store) => store.put(Date.now() + LEASE, 0)), LEASE / 3);
  await work().finally(() => clearInterval(renewing));
  await within("lease", "readwrite", (store) => store.delete(0));
}

/** Takes the lease unless another page holds it. It ends soon by itself, should that page be gone. */
async function takeLease(): Promise<boolean> {
  let isFree = false;
  await within("lease", "readwrite", (store) => {
    const request = store.get(0);
    request.onsuccess = () => {
      isFree = !(request.result > Date.now());
      if (isFree) store.put(Date.now() + LEASE, 0);
    };
    return request;
  });
  return isFree;
}
