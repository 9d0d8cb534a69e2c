// What becomes of an answer that lies in the outbox, told in place of the form, in words, as it changes.
import { button, find, focusOn, make, type Words } from "./page";
import { entries, type Entry } from "./store";

/** Where to go on from here. */
interface Ways {
  /** The page of what waits on this phone. */
  outbox: string;
  /** Another form, where there is one. */
  again: string | undefined;
  /** Begins anew for whoever comes next, on a device at an office. */
  startAnew: (() => void) | undefined;
}

/** After how many milliseconds to try again where the script that sends could not be loaded. */
const AGAIN = 10_000;

/** Says what becomes of an entry of the outbox, and sees to it that it is sent. */
export async function follow(key: string, words: Words, { outbox, again, startAnew }: Ways): Promise<void> {
  const [title, lead] = [make("h1"), make("p", { className: "lead" })];
  lead.setAttribute("role", "status");
  let shown = "";
  let now: () => unknown;

  const show = (state: string, entry: Entry) => {
    if (state === shown) return;
    const [goesOn, wentOn] = [state, shown].map((state) => /waiting|sending/.test(state));
    shown = state;
    title.textContent = words(`phone-${state}`);
    lead.textContent = words(`phone-${state}.lead`);
    // On its way nothing moves under a finger or a reader; only words change.
    if (goesOn && wentOn) return;
    const said = goesOn ? [lead, make("p", {}, button(words("phone-now"), () => now()))] : outcome(entry);
    const ways: HTMLElement[] = startAnew ? [button(words("kiosk-next"), startAnew)] : [make("a", { href: outbox }, words("outbox-title"))];
    if (again && !startAnew) ways.unshift(make("a", { href: again }, words("phone-new")));
    find(document, "main")!.replaceChildren(title, ...said, ...ways.map((way) => make("p", {}, way)));
    focusOn(title);
    document.body.scrollIntoView();
  };

  const outcome = ({ receipt, state, why }: Entry): HTMLElement[] => {
    const line = (key: string, className = "") => make("p", { className }, words(key));
    if (state === "refused") lead.textContent = words(`refused-${why}`) || words("refused-other");
    if (state !== "sent") return [lead];
    const code = make("div", { className: "receipt" }, line("thanks-receipt", "small"), make("output", {}, receipt!));
    return [line("thanks-lead", "lead"), code, line("thanks-what"), line("thanks-close", "quiet")];
  };

  const read = async () => (await entries()).find((entry) => entry.key === key)!;
  const send = async () => {
    const { ALL, drain, sendingNow, startSending, watch } = await import("./outbox");
    now = () => drain(ALL);
    watch(async () => {
      const entry = await read();
      if (entry) show(sendingNow() === key ? "sending" : entry.state, entry);
    });
    startSending();
  };
  now = () =>
    send()
      .catch(async () => {
        // That script is out of reach, or gone with a newer version of the pages: any page of those sends what waits.
        if (!(await fetch(outbox, { method: "HEAD" })).ok) throw shown;
        if (startAnew) startAnew();
        else location.assign(outbox);
      })
      .catch(() => setTimeout(() => now(), AGAIN));
  // It is safe on this phone, whether or not anything more can be loaded.
  show("waiting", await read());
  now();
}
