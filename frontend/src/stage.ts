// The form in steps, over the page with all questions: what is shown, where the person stands, what is wrong.
// It knows nothing of drafts and of sending; whoever sets it up does that.
import { faultOf, relevant, stepsOf, valuesOf, type Layout, type Question } from "./answers";
import { find, focusOn, make, type Words } from "./page";

/** What the stage asks of whoever sets it up. */
export interface Play {
  layout(): Layout;
  /** Whether many people use this page one after another: then going back leads to nobody's answers. */
  isShared: boolean;
  /** An answer or the place has changed. */
  changed(at: string): void;
  /** Everything was checked and is to be sent: the questions that were asked. */
  send(asked: Question[]): void;
}

/** The form on the page, one step at a time. */
export interface Stage {
  /** Goes to a place: the path of a question, or [`CHECK`]. */
  go(at: string, isReturn?: boolean): void;
  /** Goes on to the next step, unless something is wrong on this one; from the list of answers it sends. */
  goOn(): void;
  /** Shows what belongs to the place, and nothing else. */
  show(): void;
}

/** The place after the last step, where all answers are listed. */
export const CHECK = "check";

interface Asked extends Question {
  element: HTMLElement;
}

const questionOf = (element: HTMLElement, group: number): Asked => {
  const { path = "", kind = "", if: decider, is = "", min, max, decimals, required } = element.dataset;
  return {
    element,
    group,
    path,
    kind,
    required: required !== undefined,
    rule: decider ? { path: decider, is: is.split(" ") } : undefined,
    bounds: min ? { min: +min, max: +max!, decimals: +decimals! } : undefined,
  };
};

const depth = (): number => (history.state as { depth?: number } | null)?.depth ?? 0;
const titleOf = (element: Element) => find(element, "legend, .asked, h2");

/** Moves the focus to the control of a question, and the whole question into sight. */
const focusControl = (element?: Element) => {
  find(element, "input, textarea")?.focus();
  element?.scrollIntoView();
};

/** Sets the stage; the person stands at `at`. */
export function stageOf(form: HTMLFormElement, words: Words, play: Play, at: string): Stage {
  let isChanging = false;
  let returning: ReturnType<typeof setTimeout>;
  const groups = [...form.querySelectorAll<HTMLElement>("section")];
  const questions = groups.flatMap((group, number) =>
    [...group.querySelectorAll<HTMLElement>("[data-kind]")].map((element) => questionOf(element, number)),
  );
  const heading = find(document, "h1")!;
  const title = heading.textContent;
  const progress = find(document, "#progress")!;
  const bar = find<HTMLProgressElement>(document, "progress")!;
  const intro = find(document, ".intro")!;
  const [next, back] = [find(form, ".actions [value=check]")!, find(form, ".actions [value=back]")!];
  const list = make("div", { className: "checked" });

  const asked = () => relevant(questions, valuesOf(form)) as Asked[];
  const stepsNow = () => stepsOf(asked(), play.layout()) as Asked[][];

  /** The number of the step, from 0. A question that is no longer asked leaves the person at what came before it. */
  const positionIn = (steps: Asked[][]): number => {
    const order = questions.findIndex(({ path }) => path === at);
    return Math.max(0, steps.filter((step) => questions.indexOf(step[0]!) <= order).length - 1);
  };

  const show = () => {
    const steps = stepsNow();
    const isCheck = at === CHECK;
    const position = positionIn(steps);
    const step = isCheck ? [] : (steps[position] ?? []);
    const isFirst = !isCheck && !position;
    if (!isCheck) at = step[0]?.path ?? "";
    for (const { element } of questions) element.hidden = !step.some((question) => question.element === element);
    for (const group of groups) group.hidden = !step.some(({ element }) => group.contains(element));
    intro.hidden = !isFirst;
    heading.textContent = isCheck ? words("check-title") : title;
    heading.classList.toggle("hidden", !isFirst && !isCheck);
    const place = { number: position + 1, count: steps.length };
    const key = play.layout() === "one_question" ? "phone-step" : "form-progress";
    const said = isCheck ? words("check-lead") : steps[1] ? words(key, place) : "";
    // A live region: it is read out where the words have changed.
    if (progress.textContent !== said) progress.textContent = said;
    bar.hidden = isCheck || !steps[1];
    bar.max = steps.length;
    bar.value = place.number;
    next.textContent = words(isCheck ? "check-send" : isChanging ? "form-to-check" : "form-next");
    back.hidden = isFirst;
    list.hidden = !isCheck;
    if (isCheck) listAnswers();
  };

  const go = (to: string, isReturn?: boolean, isChange = false) => {
    if (!isReturn && !play.isShared) history.pushState({ at: to, depth: depth() + 1 }, "");
    isChanging = isChange;
    at = to;
    show();
    play.changed(at);
    const steps = stepsNow();
    const step = steps[positionIn(steps)] ?? [];
    const isCheck = at === CHECK;
    (back.hidden || at === CHECK ? document.body : progress).scrollIntoView();
    const asksOne = step.filter(({ kind }) => kind !== "note").length < 2;
    const first = step[0]?.element;
    focusOn(isCheck || !first ? heading : titleOf(asksOne ? first : first.closest("section")!) ?? first);
  };

  /** Goes to the step of a question, to change the answer to it. */
  const change = (path: string) => {
    const step = stepsNow().find((step) => step.some((question) => question.path === path));
    go(step?.[0]?.path ?? path, false, true);
    focusControl(questions.find((question) => question.path === path)?.element);
  };

  const goOn = () => {
    const steps = stepsNow();
    const position = positionIn(steps);
    if (at === CHECK) {
      const wrong = asked().find(tell);
      if (wrong) {
        change(wrong.path);
      } else if (Object.keys(valuesOf(form)).length) {
        play.send(asked());
      } else {
        find(list, ".message")?.remove();
        list.prepend(alert(words("finding-empty")));
      }
      return;
    }
    const wrong = (steps[position] ?? []).filter(tell);
    if (wrong[0]) focusControl(wrong[0].element);
    else go((!isChanging && steps[position + 1]?.[0]?.path) || CHECK);
  };

  const goBack = () => {
    const steps = stepsNow();
    const before = at === CHECK ? steps.length - 1 : positionIn(steps) - 1;
    const returnTo = () => go(steps[Math.max(0, before)]?.[0]?.path ?? "", true);
    if (!depth()) return returnTo();
    history.back();
    // Browsers forget the first steps of a long way, and then do nothing.
    returning = setTimeout(returnTo, 500);
  };

  const alert = (...said: (Node | string)[]) => {
    const message = make("p", { className: "message" }, ...said);
    message.setAttribute("role", "alert");
    return message;
  };

  const clearFault = (element?: Element | null) => {
    element?.classList.remove("wrong");
    find(element, ".message")?.remove();
    find(element, "[aria-invalid]")?.removeAttribute("aria-invalid");
    find(element, ".hint")?.removeAttribute("hidden");
  };

  /** Says beside the question what is wrong with the answer, if anything is. */
  const tell = (question: Asked): boolean => {
    const { element, path } = question;
    clearFault(element);
    const fault = faultOf(question, valuesOf(form));
    if (!fault) return false;
    const said = fault === "required" ? words("finding-required") : element.dataset.wrong!;
    const message = alert(make("span", { className: "hidden" }, `${words("form-error")}: `), said);
    message.id = `${path}.message`;
    element.classList.add("wrong");
    titleOf(element)?.after(message);
    // A message that repeats the hint takes its place.
    const [field, hint] = [find(element, ".field"), find(element, ".hint")];
    if (hint) hint.hidden = hint.textContent === said;
    (field ?? element).setAttribute("aria-describedby", `${path}.message ${path}.hint`);
    field?.setAttribute("aria-invalid", "true");
    return true;
  };

  const answerLine = ({ element, path }: Asked, values?: string[]) => {
    const text = titleOf(element)?.firstChild?.textContent?.trim() ?? "";
    const tiles = [...element.querySelectorAll("input:checked")].map((input) => input.closest("label")!);
    const answer = tiles.map((tile) => tile.textContent?.trim()).join(", ") || values?.[0];
    const face = find(tiles[0], "svg")?.cloneNode(true) ?? "";
    const onclick = () => change(path);
    const mend = make("button", { type: "button", className: "change", onclick }, words("check-change"), make("span", { className: "hidden" }, `: ${text}`));
    return make("div", {}, make("dt", {}, text), make("dd", { className: answer ? "" : "blank" }, face, answer ?? words("check-blank"), mend));
  };

  /** Lists all answers, each with a way back to its question. */
  const listAnswers = () => {
    const values = valuesOf(form);
    const all = asked().filter(({ kind }) => kind !== "note");
    const blanks = all.filter(({ path }) => !values[path]).length;
    list.replaceChildren(make("p", { className: "quiet", hidden: !blanks }, words("phone-blanks", { count: blanks })));
    groups.forEach((group, number) => {
      const lines = all.filter((question) => question.group === number).map((question) => answerLine(question, values[question.path]));
      if (lines[0]) list.append(make("h2", {}, titleOf(group)?.textContent ?? ""), make("dl", {}, ...lines));
    });
  };

  // What says when a question is to be answered is not needed where the question appears only then.
  for (const only of form.querySelectorAll(".only")) only.remove();
  next.parentElement!.before(list);
  back.onclick = (event) => {
    event.preventDefault();
    goBack();
  };
  form.addEventListener("input", (event) => {
    clearFault((event.target as Element).closest("[data-kind]"));
    show();
    play.changed(at);
  });
  addEventListener("popstate", ({ state }) => {
    clearTimeout(returning);
    // A jump within the page has no state, and a form that was sent is no longer there.
    if (state && form.isConnected) go((state as { at: string }).at, true);
  });
  return { go, goOn, show };
}
