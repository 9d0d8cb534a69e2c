// The service worker: where the network fails, it answers with the form that a page has put aside. It keeps nothing by
// itself, knows no answer, and touches nothing but pages, scripts and recordings.
const worker = self as unknown as ServiceWorkerGlobalScope;

/** A network that has not answered by then is as good as none, if there is something to show. */
const ANSWERS_WITHIN = 6_000;
/** Only these pages are the worker's business, with or without a language before them. */
const FORM = /^(\/[\w-]+)?\/([sk]\/|outbox$)/;

worker.addEventListener("install", () => void worker.skipWaiting());
worker.addEventListener("activate", (event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== worker.location.origin) return;
  if (request.mode === "navigate" && FORM.test(pathname)) event.respondWith(navigate(request, pathname));
  else if (/^\/(assets|sound)\//.test(pathname)) event.respondWith(find((path) => path === pathname).then((kept) => (kept ? part(request, kept) : fetch(request))));
});

/** A form's address without its language. */
const bare = (path: string) => path.replace(/^\/[\w-]+(?=\/[sk]\/)/, "");

/** What was put aside under a fitting address, the newest first; nothing where that cannot be looked up. */
const find = (fits: (path: string) => boolean) => search(fits).catch(() => undefined);

async function search(fits: (path: string) => boolean): Promise<Response | undefined> {
  for (const name of (await caches.keys()).reverse()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      if (fits(new URL(request.url).pathname)) return cache.match(request);
    }
  }
  return undefined;
}

/** The part of it that is asked for: browsers play sound by parts, and some of them nothing else. */
async function part(request: Request, kept: Response): Promise<Response> {
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get("range") ?? "");
  if (!range) return kept;
  const whole = await kept.blob();
  const from = +range[1]!;
  const to = Math.min(range[2] ? +range[2] : Infinity, whole.size - 1);
  if (from > to) return new Response(null, { status: 416, headers: { "content-range": `bytes */${whole.size}` } });
  const headers = { "content-type": whole.type, "content-length": String(to + 1 - from), "content-range": `bytes ${from}-${to}/${whole.size}` };
  return new Response(whole.slice(from, to + 1, whole.type), { status: 206, headers });
}

async function navigate(request: Request, pathname: string): Promise<Response> {
  // Better in another language than not at all; and a printed code leads to an address without one.
  const kept = (await find((path) => path === pathname)) ?? (await find((path) => bare(path) === bare(pathname)));
  const fetched = fetch(request);
  const inTime = kept ? Promise.race([fetched, new Promise<never>((_, reject) => setTimeout(reject, ANSWERS_WITHIN))]) : fetched;
  try {
    const response = await inTime;
    // A proxy answers for a server that is being replaced.
    if (response.status < 500 || !kept) return response;
  } catch {
    // Out of reach.
  }
  // What waits on a device at an office is not for its visitors.
  const outbox = bare(pathname).startsWith("/k/") ? undefined : await find((path) => path.endsWith("/outbox"));
  return kept ?? outbox ?? Response.error();
}

export {};
