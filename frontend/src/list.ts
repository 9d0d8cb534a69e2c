// The page of what waits on this phone: each answer with its state in words, to send, to download, to delete.
import { ALL, drain, sendingNow, startSending, tell, watch } from "./outbox";
import { button, find, make, wordsOf } from "./page";
import { entries, remove, type Entry } from "./store";

const words = wordsOf(document);

/** Shows the outbox, and keeps showing it as it changes. */
export function showList(): void {
  const list = document.querySelector<HTMLElement>("#outbox")!;
  const show = async () => {
    const all = await entries().catch(() => undefined);
    // Whoever stands on a button stays on it.
    const { name } = document.activeElement as HTMLButtonElement;
    list.replaceChildren(...(all ? rows(all) : [make("p", {}, words("outbox-none"))]));
    if (name && list.contains(document.activeElement) === false) find(list, `[name="${name}"]`)?.focus();
  };
  watch(show);
  void show();
  startSending();
}

function rows(all: Entry[]): HTMLElement[] {
  if (!all.length) return [make("p", {}, words("outbox-empty"))];
  const open = all.filter(({ state }) => state === "waiting" || state === "refused");
  const now = Object.assign(button(words("phone-now"), () => void drain(ALL)), { name: "now" });
  const items = [...all].reverse().map(row);
  return [...(open.length ? [make("p", {}, now)] : []), make("ul", { className: "waiting" }, ...items)];
}

function row(entry: Entry): HTMLElement {
  const { about, body, key, state } = entry;
  const action = (name: string, act: () => unknown) => Object.assign(button(words(`outbox-${name}`), act, "change"), { name: name + key });
  const actions = make("p", {}, action("delete", () => drop(entry)));
  if (body) actions.prepend(action("export", () => download(entry)));
  const item = make("li", { className: "box" }, make("b", {}, about), make("p", {}, stateOf(entry)), actions);
  item.dataset.state = sendingNow() === key ? "sending" : state;
  return item;
}

function stateOf({ day, held, key, next, receipt, state, tries, why }: Entry): string {
  const { lang } = document.documentElement;
  const date = new Date(day).toLocaleDateString([lang, "vi"], { dateStyle: "long", timeZone: "UTC" });
  const time = new Date(next).toLocaleTimeString([lang, "vi"], { timeStyle: "short" });
  if (sendingNow() === key) return words("phone-sending");
  if (state === "sent") return words("outbox-sent", { date, receipt: receipt ?? "" });
  if (state === "known") return words("phone-known.lead");
  if (state === "refused") return `${words("phone-refused")}: ${words(`refused-${why}`) || words("refused-other")}`;
  return words(held ? "outbox-held" : tries ? "outbox-later" : "outbox-waiting", { date, time });
}

async function drop({ body, key }: Entry): Promise<void> {
  if (body && !confirm(words("outbox-sure"))) return;
  await remove(key);
  tell();
}

function download({ body, day }: Entry): void {
  const address = URL.createObjectURL(new Blob([JSON.stringify(body, null, 2)], { type: "application/json" }));
  make("a", { href: address, download: `plumbline-${day}.json` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
