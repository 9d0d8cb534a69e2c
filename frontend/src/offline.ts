// What is put aside for use without a network: the page with all questions, the scripts, and the page of what waits.

const CACHE = "plumbline-";
/** Pages of older versions need their own scripts; so many versions are kept. */
const VERSIONS_MAX = 3;
const SELF = import.meta.url;

/** Puts the form aside. The browser has its scripts already, so little is fetched for it. */
export async function putAside(worker: string, page: string, content: Response | undefined, outbox: string, isShared: boolean, hasSound: boolean): Promise<void> {
  await navigator.serviceWorker.register(worker);
  const cache = await caches.open(CACHE + new URL(SELF).pathname);
  const scripts = ["form.js", "outbox.js", "list.js", ...(isShared ? ["kiosk.js"] : []), ...(hasSound ? ["sound.js"] : [])].map((name) => SELF.replace(/[^/]+$/, name));
  const whole = content ?? (await fetch(page));
  // A server that is busy, or a proxy in front of it, says something else under this address.
  if (!whole.ok) throw new Error(page);
  await cache.put(page, whole);
  await cache.addAll([...scripts, outbox]);
  const old = (await caches.keys()).filter((name) => name.startsWith(CACHE)).slice(0, -VERSIONS_MAX);
  await Promise.all(old.map((name) => caches.delete(name)));
}
