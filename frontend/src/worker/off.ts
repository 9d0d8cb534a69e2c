// Served in place of the service worker where its use is switched off: it takes back what was put aside and removes
// itself. Answers that wait on the phone lie elsewhere and stay.
const worker = self as unknown as ServiceWorkerGlobalScope;

worker.addEventListener("install", () => void worker.skipWaiting());
worker.addEventListener("activate", (event) =>
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) await caches.delete(name);
      await worker.registration.unregister();
    })(),
  ),
);

export {};
