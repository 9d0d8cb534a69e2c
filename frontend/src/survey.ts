// A survey on a phone: the stage, the draft behind it, and the way into the outbox.
import { answeredOn, fill, toParts, valuesOf, type Dates, type Layout, type Question } from "./answers";
import { draftsOf, forgetOldDrafts } from "./draft";
import { putAside } from "./offline";
import { button, find, focusOn, make, wordsOf } from "./page";
import { CHECK, stageOf } from "./stage";
import { entries, put, type Entry } from "./store";

const ONE_QUESTION = "plumbline.one";
const GONE = "9999";

/** What the page says of the survey, in attributes of its form. */
type About = Record<
  "wave" | "unit" | "language" | "about" | "layout" | "api" | "whole" | "outbox" | "offset" | "opens" | "closes" | "until" | "worker" | "work" | "device",
  string
>;

/** Sets the survey up on the page with all questions; the person stands at `at`. `content` is that page as it was fetched. */
export function setUp(form: HTMLFormElement, at: string, content: Response | undefined): void {
  const words = wordsOf(document);
  const about = form.dataset as About;
  const dates: Dates = { offset: +about.offset, opens: about.opens, closes: about.closes };
  const { device } = about;
  // What a visitor has begun on a device at an office is nobody's draft elsewhere.
  const drafts = draftsOf(device ? "kiosk" : `${about.wave}.${about.unit}`);
  const field = (name: string) => find<HTMLInputElement>(form, `input[name=${name}]`);
  const hide = (name: string, value: string) => form.append(make("input", { type: "hidden", name, value }));
  const keep = (at: string) => drafts.save({ values: valuesOf(form), at, code: field("code")?.value, until: about.until });
  const isShared = !!device;
  const hasSound = !!find(form, "audio");
  const setAside =
    about.worker && "serviceWorker" in navigator
      ? () => putAside(about.worker, about.whole, content?.clone(), about.outbox, isShared, hasSound)
      : undefined;
  let isAside = false;
  let isSent = false;

  const layout = (): Layout => {
    const wish = isShared ? null : drafts.wish(ONE_QUESTION);
    const own = about.layout as Layout;
    return wish === null ? own : wish ? "one_question" : own === "one_question" ? "factor_pages" : own;
  };

  const changed = (at: string) => {
    if (!Object.keys(valuesOf(form)).length) return;
    keep(at);
    if (isAside) return;
    isAside = true;
    // Only for whoever begins to answer, and after what the page itself needs.
    import("./outbox").catch(() => undefined);
    if (about.work) import("./work").catch(() => undefined);
    setAside?.().catch(() => undefined);
  };

  /** Keeps the whole answer on the phone, and only then tries to send it. */
  const send = async (asked: Question[]) => {
    const key = crypto.getRandomValues(new Uint32Array(4)).join("");
    const id = keep(CHECK);
    // Invited people and devices at an office have shown who they are.
    const puzzle = about.work && !field("code") && !device ? { text: `${about.wave}:${id}`, bits: +about.work } : undefined;
    try {
      const day = answeredOn(Date.now(), dates);
      const { unit, language, api: url } = about;
      const mode = device ? "kiosk" : "web";
      const body: Record<string, unknown> = { id, unit, mode, language, answered_on: day, ...toParts(asked, valuesOf(form)) };
      if (field("code")) body.code = field("code")!.value;
      await put({ key, state: "waiting", about: about.about, day, at: Date.now(), url, body, dates, puzzle, device, tries: 0, next: 0, held: false });
    } catch {
      // Where nothing can be kept, the browser posts the form as it does without script.
      field("id")!.value = id;
      field("step")!.value = CHECK;
      hide("action", "send");
      if (puzzle) hide("work", String(await (await import("./work")).solve(puzzle.text, puzzle.bits)));
      return form.submit();
    }
    drafts.clear();
    isSent = true;
    void follow(key);
  };

  /** Says what becomes of an answer, in words, as it changes. */
  const follow = async (key: string) => {
    let shown = "";
    const show = (state: string, entry: Entry, now: () => unknown) => {
      if (state === shown) return;
      shown = state;
      const title = make("h1", {}, words(`phone-${state}`));
      const waits = isShared ? button(words("kiosk-next"), startAnew) : make("a", { href: about.outbox }, words("outbox-title"));
      find(document, "main")!.replaceChildren(title, ...told(entry, state, now), make("p", {}, waits));
      focusOn(title);
      document.body.scrollIntoView();
    };
    const read = async () => (await entries()).find((entry) => entry.key === key)!;
    // It is safe on this phone, whether or not anything more can be loaded.
    show("waiting", await read(), () => location.reload());
    const { ALL, drain, sendingNow, startSending, watch } = await import("./outbox");
    watch(async () => {
      const entry = await read();
      if (entry) show(sendingNow() === key ? "sending" : entry.state, entry, () => drain(ALL));
    });
    startSending();
  };

  const told = ({ receipt, why }: Entry, state: string, now: () => unknown): (HTMLElement | string)[] => {
    const line = (key: string, className = "") => make("p", { className }, words(key));
    const again = isShared ? "" : make("p", {}, make("a", { href: form.action }, words("phone-new")));
    if (state === "refused") return [make("p", { className: "lead" }, words(`refused-${why}`) || words("refused-other")), again];
    if (state === "waiting") return [line("phone-waiting.lead", "lead"), make("p", {}, button(words("phone-now"), now)), again];
    if (state !== "sent") return [line(`phone-${state}.lead`, "lead")];
    const code = make("div", { className: "receipt" }, line("thanks-receipt", "small"), make("output", {}, receipt!));
    return [line("thanks-lead", "lead"), code, line("thanks-what"), line("thanks-close", "quiet"), again];
  };

  /** Begins anew, for whoever comes next. */
  const startAnew = () => {
    drafts.clear();
    location.replace(about.whole);
  };
  if (isShared) drafts.clear();
  forgetOldDrafts(answeredOn(Date.now(), { ...dates, closes: GONE }));
  const draft = drafts.load();
  // A draft begun with one invitation is not continued with another.
  const isRestored = draft && !Object.keys(valuesOf(form)).length && (!field("code") || field("code")!.value === draft.code);
  if (isRestored) {
    fill(form, draft.values);
    if (draft.code && !field("code")) hide("code", draft.code);
    at = at === CHECK ? at : draft.at;
  }
  // Whoever comes back is where they were; a form without answers begins at its beginning.
  at = Object.keys(valuesOf(form)).length ? ((history.state as { at?: string } | null)?.at ?? at) : "";
  const stage = stageOf(form, words, { layout, isShared, changed, send }, at);
  history.replaceState({ at, depth: 0 }, "");
  form.onsubmit = (event) => {
    // Should anything fail here, the browser posts the form as it is.
    stage.goOn();
    event.preventDefault();
  };

  if (isRestored) {
    const clear = () => {
      fill(form, {});
      box.remove();
      stage.go("", true);
      drafts.clear();
    };
    const box = make("div", { className: "box" }, words("phone-kept"), make("p", {}, button(words("phone-clear"), clear, "change")));
    box.setAttribute("role", "status");
    form.before(box);
  }

  if (hasSound) import("./sound").then(({ lendVoice }) => lendVoice(form, words, isShared ? undefined : setAside)).catch(() => undefined);
  if (isShared) {
    const isBegun = () => isSent || !!Object.keys(valuesOf(form)).length;
    import("./kiosk").then(({ attend }) => attend(words, { isBegun, clear: startAnew })).catch(() => undefined);
  } else {
    // The reader's own choice of one question a screen.
    const choice = make("input", { type: "checkbox", checked: layout() === "one_question" });
    choice.oninput = (event) => {
      event.stopPropagation();
      drafts.wish(ONE_QUESTION, choice.checked ? "1" : "");
      stage.show();
    };
    form.append(make("p", { className: "one" }, make("label", {}, choice, words("phone-one"))));
  }

  // Another language is another page. A draft brings the answers over; without one the form is posted, as without script.
  for (const tongue of document.querySelectorAll<HTMLButtonElement>("button[form=answers][formaction]")) {
    tongue.onclick = (event) => {
      if (!drafts.load()) return (form.onsubmit = null);
      event.preventDefault();
      fetch(tongue.formAction, { method: "HEAD" }).then(
        () => location.assign(tongue.formAction),
        () => (find(document, "#progress")!.textContent = words("phone-tongue")),
      );
    };
  }
  stage.show();
}
