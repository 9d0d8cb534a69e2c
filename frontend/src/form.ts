// The script of citizens' pages. It enhances the form that works without it: the page with all questions is fetched and
// takes the place of the first, answers move over, and from then on nothing needs the network until they are sent.
// Whatever fails on the way leaves a form that the browser posts by itself, with everything that was answered.
import { fill, valuesOf } from "./answers";
import { forgetPosted } from "./draft";
import { find } from "./page";
import { CHECK } from "./stage";
import { entries } from "./store";
import { setUp } from "./survey";

/** For so long a tap may last, in milliseconds. */
const TAP = 300;

/** The code of an invitation stands in the fragment, which no server and no log sees; it is posted at once. */
function sendInvitation(): void {
  const form = find<HTMLFormElement>(document, "form#invitation");
  const field = find<HTMLInputElement>(form, "input[name=code]");
  const code = location.hash.slice(1);
  if (!form || !field || !code) return;
  field.value = decodeURIComponent(code);
  history.replaceState(null, "", location.pathname + location.search);
  form.submit();
}

/** Puts the page with all questions in the place of the page with the first ones; answers and the code move over. */
async function unfold(form: HTMLFormElement): Promise<[HTMLFormElement, Response] | undefined> {
  const response = await fetch(form.dataset.whole!);
  const kept = response.clone();
  const whole = new DOMParser().parseFromString(await response.text(), "text/html");
  const next = find<HTMLFormElement>(whole, "form#answers[data-wave]");
  if (!response.ok || !next) return undefined;
  // Whoever is typing just now must not lose the keyboard.
  for (let field; (field = document.activeElement)?.matches(".field"); ) {
    // The tap that ends it, perhaps on an answer, must find what it was meant for.
    await new Promise((resolve) => field!.addEventListener("blur", () => setTimeout(resolve, TAP), { once: true }));
  }
  fill(next, valuesOf(form));
  const code = find(form, "input[name=code]");
  if (code) next.append(code);
  const { name, value } = document.activeElement as HTMLInputElement;
  find(document, "main")!.replaceChildren(...find(whole, "main")!.childNodes);
  if (name) find(next, `[name="${name}"][value="${value}"]`)?.focus();
  return [next, kept];
}

/** What waits from earlier is sent. */
async function sendWaiting(): Promise<void> {
  const isWaiting = (await entries()).some(({ state }) => state === "waiting");
  if (isWaiting) (await import("./outbox")).startSending();
}

async function start(): Promise<void> {
  sendInvitation();
  if (find(document, ".receipt")) forgetPosted();
  // Where nothing can be kept, nothing waits.
  sendWaiting().catch(() => undefined);
  if (find(document, "#outbox")) void import("./list").then(({ showList }) => showList());
  const keys = find<HTMLFormElement>(document, "form.keys");
  if (keys) void import("./keys").then(({ leadOn }) => leadOn(keys));
  const form = find<HTMLFormElement>(document, "form#answers");
  if (form?.dataset.wave) return setUp(form, "", undefined);
  // A page that names mistakes is looked at as it is.
  if (!form?.dataset.whole || find(document, ".summary")) return;
  const isCheck = find<HTMLInputElement>(form, "[name=step]")?.value === CHECK;
  const at = isCheck ? CHECK : find<HTMLInputElement>(form, ".item input, .item textarea")?.name;
  const unfolded = await unfold(form);
  if (unfolded) setUp(unfolded[0], at ?? "", unfolded[1]);
}

void start();
