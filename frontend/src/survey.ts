// A survey on a phone: the stage, the draft behind it, and the way into the outbox.
import { answeredOn, fill, toParts, valuesOf, type Dates, type Layout, type Question } from "./answers";
import { draftsOf, ofTab, wish } from "./draft";
import { follow } from "./fate";
import { button, find, make, wordsOf } from "./page";
import { CHECK, stageOf } from "./stage";
import { put } from "./store";

const ONE_QUESTION = "plumbline.one";
/** The code of the invitation that this tab answers for, by wave and unit. */
const INVITED = "plumbline.invited.";
/** Where a device at an office was set up, by its code: the page in its language. */
const HOME = "plumbline.home.";
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
  const isShared = !!device;
  const action = form.getAttribute("action")!;
  const field = (name: string) => find<HTMLInputElement>(form, `input[name=${name}]`);
  const hide = (name: string, value: string) => form.append(make("input", { type: "hidden", name, value }));
  const hasValues = () => !!Object.keys(valuesOf(form)).length;
  // The tab remembers an invitation: the form in another language, or loaded anew, comes without its code.
  const base = `${about.wave}.${about.unit}`;
  const invited = INVITED + base;
  const own = field("code")?.value;
  const code = own ?? (isShared ? undefined : ofTab(invited));
  if (own) {
    ofTab(invited, own);
    history.replaceState(history.state, "", about.whole);
  } else if (code) {
    hide("code", code);
  }
  // What a visitor has begun on a device at an office is nobody's draft elsewhere, and each invitation has one of its own.
  const drafts = draftsOf(device ? "kiosk" : code ? `${base}.${code}` : base);
  const keep = (at: string) => drafts.save({ values: valuesOf(form), at, until: about.until });
  const hasSound = !!find(form, "audio");
  const setAside =
    about.worker && "serviceWorker" in navigator
      ? async () => (await import("./offline")).putAside(about.worker, about.whole, content?.clone(), about.outbox, isShared, hasSound)
      : undefined;
  let here = "";
  let isKept = false;
  let isAside = false;
  let isSent = false;

  const layout = (): Layout => {
    const wished = isShared ? null : wish(ONE_QUESTION);
    const planned = about.layout as Layout;
    return wished === null ? planned : wished ? "one_question" : planned === "one_question" ? "factor_pages" : planned;
  };

  const changed = (at: string) => {
    here = at;
    if (isSent) return;
    if (!hasValues()) {
      if (isKept) drafts.clear();
      isKept = false;
      return;
    }
    keep(at);
    isKept = true;
    if (isAside) return;
    isAside = true;
    // Only for whoever begins to answer, and after what the page itself needs. Without a network it is tried again.
    Promise.all([import("./outbox"), about.work && import("./work"), setAside?.()]).catch(() => (isAside = navigator.onLine));
  };

  /** Keeps the whole answer on the phone, and only then tries to send it. */
  const send = async (asked: Question[]) => {
    if (isSent) return;
    isSent = true;
    const key = crypto.getRandomValues(new Uint32Array(4)).join("");
    const id = keep(CHECK);
    // Invited people and devices at an office have shown who they are.
    const puzzle = about.work && !code && !device ? { text: `${about.wave}:${id}`, bits: +about.work } : undefined;
    try {
      const day = answeredOn(Date.now(), dates);
      const { unit, language, api: url } = about;
      const mode = device ? "kiosk" : "web";
      const body: Record<string, unknown> = { id, unit, mode, language, answered_on: day, ...toParts(asked, valuesOf(form)) };
      if (code) body.code = code;
      await put({ key, state: "waiting", about: about.about, day, at: Date.now(), url, body, dates, puzzle, device, tries: 0, next: 0, held: false });
    } catch {
      // Where nothing can be kept, the browser posts the form as it does without script.
      isSent = false;
      drafts.posted();
      field("id")!.value = id;
      field("step")!.value = CHECK;
      hide("action", "send");
      if (puzzle) hide("work", String(await (await import("./work")).solve(puzzle.text, puzzle.bits)));
      return form.submit();
    }
    drafts.clear();
    ofTab(invited, "");
    // Whoever was invited has no other form.
    void follow(key, words, { outbox: about.outbox, again: code ? undefined : action, startAnew: isShared ? startAnew : undefined });
  };

  /** Begins anew, for whoever comes next, where the device was set up. */
  const startAnew = () => {
    drafts.clear();
    location.replace(ofTab(HOME + device) || about.whole);
  };
  if (isShared) {
    drafts.clear();
    if (!ofTab(HOME + device)) ofTab(HOME + device, location.href);
  }
  drafts.forgetOld(answeredOn(Date.now(), { ...dates, closes: GONE }));
  const draft = drafts.load();
  const given = valuesOf(form);
  // What the browser itself has filled in is a part of it, and what was answered on this page is newer.
  const isRestored = draft && Object.keys(draft.values).some((path) => !given[path]);
  if (draft) {
    isKept = true;
    fill(form, { ...draft.values, ...given });
    at = at === CHECK ? at : draft.at;
  }
  // Whoever comes back is where they were; a form without answers begins at its beginning.
  at = hasValues() ? ((history.state as { at?: string } | null)?.at ?? at) : "";
  const stage = stageOf(form, words, { layout, isShared, changed, send }, at);
  history.replaceState({ at, depth: 0 }, "");
  form.onsubmit = (event) => {
    // Should anything fail here, the browser posts the form as it is.
    stage.goOn();
    event.preventDefault();
  };

  if (isRestored) {
    const clear = () => {
      drafts.clear();
      // Somebody else's invitation, perhaps: it is not spent on what comes now.
      ofTab(invited, own ?? "");
      if (code && !own) return location.replace(action);
      fill(form, {});
      box.remove();
      stage.go("", true);
    };
    const box = make("div", { className: "box" }, words("phone-kept"), make("p", {}, button(words("phone-clear"), clear, "change")));
    box.setAttribute("role", "status");
    form.before(box);
  }

  if (hasSound) import("./sound").then(({ lendVoice }) => lendVoice(form, words, isShared ? undefined : setAside)).catch(() => undefined);
  if (isShared) {
    const isBegun = () => isSent || !!here || hasValues();
    import("./kiosk").then(({ attend }) => attend(words, { isBegun, clear: startAnew })).catch(() => undefined);
  } else {
    // The reader's own choice of one question a screen.
    const choice = make("input", { type: "checkbox", checked: layout() === "one_question" });
    choice.oninput = (event) => {
      event.stopPropagation();
      wish(ONE_QUESTION, choice.checked ? "1" : "");
      stage.show();
    };
    form.append(make("p", { className: "one" }, make("label", {}, choice, words("phone-one"))));
  }

  // Another language is another page. A draft brings the answers over; without one the form is posted, as without script.
  for (const tongue of document.querySelectorAll<HTMLButtonElement>("button[form=answers][formaction]")) {
    tongue.onclick = (event) => {
      event.preventDefault();
      fetch(tongue.formAction, { method: "HEAD" }).then(
        () => {
          if (hasValues()) keep(here || at);
          if (!hasValues() || (!isShared && drafts.load())) return location.assign(tongue.formAction + (code ? "?all=1" : ""));
          form.onsubmit = tongue.onclick = null;
          tongue.click();
        },
        () => (find(document, "#progress")!.textContent = words("phone-tongue")),
      );
    };
  }
  stage.show();
}
