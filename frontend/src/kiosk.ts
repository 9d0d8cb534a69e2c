// A device at an office: whoever comes next finds nothing of whoever was here before.
import { button, make, type Words } from "./page";
import { entries } from "./store";
import { startSending, watch } from "./outbox";

/** Nobody has touched anything for so long: the page asks. */
const ASK_AFTER = 45_000;
/** And so much later it clears itself. */
const CLEAR_AFTER = 15_000;

/** What the page is like now. */
export interface Visit {
  /** Whether there is anything to clear. */
  isBegun(): boolean;
  /** Clears everything and begins anew. */
  clear(): void;
}

/** Watches over the device: asks whoever has gone silent, clears after them, and tells staff what waits to be sent. */
export function attend(words: Words, visit: Visit): void {
  const count = make("p", {});
  const stay = button(words("kiosk-stay"), () => dialog.close());
  const dialog = make("dialog", {}, make("h2", { id: "idle" }, words("kiosk-idle")), count, stay);
  dialog.setAttribute("aria-labelledby", "idle");
  let timer: ReturnType<typeof setTimeout>;
  let countdown: ReturnType<typeof setInterval>;

  const rest = () => {
    clearTimeout(timer);
    clearInterval(countdown);
    timer = setTimeout(ask, ASK_AFTER);
  };
  const ask = () => {
    if (!visit.isBegun()) return rest();
    const end = Date.now() + CLEAR_AFTER;
    const tell = () => {
      const left = Math.ceil((end - Date.now()) / 1_000);
      count.textContent = words("kiosk-idle.lead", { number: Math.max(0, left) });
      if (left <= 0) visit.clear();
    };
    tell();
    if (!dialog.open) dialog.showModal();
    countdown = setInterval(tell, 1_000);
  };
  dialog.onclose = rest;
  document.body.append(dialog);
  // Whoever listens is there, too; such events are only seen on their way down.
  for (const touch of ["pointerdown", "keydown", "input", "timeupdate"]) addEventListener(touch, () => dialog.open || rest(), true);
  rest();

  const waiting = make("p", { className: "quiet small" });
  waiting.setAttribute("role", "status");
  document.querySelector("main")!.after(waiting);
  const show = async () => {
    const left = (await entries().catch(() => [])).filter(({ state }) => state === "waiting" || state === "refused");
    waiting.textContent = left.length ? words("kiosk-waiting", { count: left.length }) : "";
  };
  watch(show);
  void show();
  startSending();
}
