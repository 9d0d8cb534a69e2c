// The page of what waits on this phone: each answer with its state in words, to send, to download, to delete.
import { ALL, drain, sendingNow, startSending, tell, watch } from "./outbox";
import { button, make, wordsOf } from "./page";
import { entries, remove, type Entry } from "./store";

const words = wordsOf(document);

/** Shows the outbox, and keeps showing it as it changes. */
export function showList(): void {
  const list = document.querySelector<HTMLElement>("#outbox")!;
  const show = () =>
    entries().then(
      (all) => list.replaceChildren(...rows(all)),
      () => list.replaceChildren(make("p", {}, words("outbox-none"))),
    );
  watch(show);
  void show();
  startSending();
}

function rows(all: Entry[]): HTMLElement[] {
  if (!all.length) return [make("p", {}, words("outbox-empty"))];
  const open = all.filter(({ state }) => state === "waiting" || state === "refused");
  const now = button(words("phone-now"), () => void drain(ALL));
  const items = [...all].reverse().map(row);
  return [...(open.length ? [make("p", {}, now)] : []), make("ul", { className: "waiting" }, ...items)];
}

function row(entry: Entry): HTMLElement {
  const { about, body, key, state } = entry;
  const actions = make("p", {}, button(words("outbox-delete"), () => void drop(entry), "change"));
  if (body) actions.prepend(button(words("outbox-export"), () => download(entry), "change"));
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
