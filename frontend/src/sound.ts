// Recordings of the questions: a large button each in place of the browser's own player, one voice at a time, and all of
// them kept on the phone when the reader asks for it. Without this script the browser's players stand there and play.
import { button, make, type Words } from "./page";

/** Apart from what is put aside by itself: it goes when the reader says so. */
const CACHE = "sound";
const MEGABYTE = 1_000_000;

/** Turns the players of a form into buttons. `setAside` puts the form itself aside, where that can be done. */
export function lendVoice(form: HTMLFormElement, words: Words, setAside: (() => Promise<void>) | undefined): void {
  const players = [...form.querySelectorAll<HTMLAudioElement>("audio")];
  const silence = () => players.forEach((player) => player.pause());
  for (const player of players) replace(player, words, silence);
  // Whoever goes on does not hear the question before.
  for (const event of ["submit", "input"]) form.addEventListener(event, silence);
  form.querySelector("[value=back]")?.addEventListener("click", silence);
  addEventListener("popstate", silence);
  addEventListener("pagehide", silence);
  if (setAside && "caches" in window) void offer(form, words, players, setAside).catch(() => undefined);
}

/** Puts a button in the place of a player, which then has no controls of its own. */
function replace(player: HTMLAudioElement, words: Words, silence: () => void): void {
  const label = player.getAttribute("aria-label") ?? "";
  const press = button("", () => (player.paused ? start() : player.pause()), "button second listen");
  const trouble = make("span", { className: "hint" });
  trouble.setAttribute("role", "status");
  const show = () => {
    press.textContent = player.paused ? label : words("form-silence");
    press.classList.toggle("playing", !player.paused);
  };
  const start = () => {
    silence();
    trouble.textContent = "";
    player.currentTime = 0;
    player.play().catch((error: DOMException) => {
      // To be interrupted is no trouble.
      if (error.name !== "AbortError") trouble.textContent = words("form-mute");
      show();
    });
  };
  for (const event of ["play", "pause", "ended"]) player.addEventListener(event, show);
  player.controls = false;
  show();
  player.after(press, trouble);
}

/** Offers to keep what can be heard on the phone, so that it needs no network, and to remove it again. */
async function offer(form: HTMLFormElement, words: Words, players: HTMLAudioElement[], setAside: () => Promise<void>): Promise<void> {
  const addresses = [...new Set(players.map(({ src }) => src))];
  const sizes = new Map(players.map(({ src, dataset }) => [src, +dataset.bytes!]));
  const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const size = Math.max(0.1, bytes / MEGABYTE).toLocaleString([document.documentElement.lang, "vi"], { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const told = make("span", {});
  told.setAttribute("role", "status");
  const press = button("", () => undefined, "change");
  const show = async () => {
    const cache = await caches.open(CACHE);
    const kept = await Promise.all(addresses.map((address) => cache.match(address)));
    const isKept = kept.every(Boolean);
    told.textContent = isKept ? words("form-kept-sound") : "";
    press.textContent = isKept ? words("form-drop-sound") : words("form-keep-sound", { size });
    press.onclick = isKept ? drop : keep;
  };
  const drop = async () => {
    const cache = await caches.open(CACHE);
    for (const address of addresses) await cache.delete(address);
    await show();
  };
  const keep = async () => {
    try {
      await setAside();
      const cache = await caches.open(CACHE);
      for (const [at, address] of addresses.entries()) {
        told.textContent = words("form-keeping-sound", { number: at + 1, count: addresses.length });
        if (await cache.match(address)) continue;
        const sound = await fetch(address);
        // A hotspot that wants a sign-in answers everything with its own page.
        if (!sound.headers.get("content-type")?.startsWith("audio/")) throw new Error(address);
        await cache.put(address, sound);
      }
      await show();
    } catch {
      // The network is gone or the phone is full; what was kept stays, and the rest can be asked for again.
      told.textContent = words("form-mute");
    }
  };
  await show();
  form.append(make("p", { className: "one" }, press, " ", told));
}
