// What was answered: between the controls of the form, a draft, and the submission that the interface documents.
// Which questions are asked, and in which order, is decided here without any page, so that every kind of form agrees.
// The server decides the same in `src/survey/relevance.rs` and `src/survey/number_text.rs`; `tests/cases` holds both to one list of cases.

/** The fields that are filled in, by the path of their question, as typed. */
export type Values = Record<string, string[]>;

/** One question, or a text to read between questions. */
export interface Question {
  /** Its path in the submission, such as `answers.q01`. */
  path: string;
  /** `rating`, `single`, `multiple`, `number`, `text`, or `note`, which takes no answer. */
  kind: string;
  /** The number of the group that it stands in. */
  group: number;
  required: boolean;
  /** Asked only if the question at this path has one of these answers. */
  rule?: { path: string; is: string[] } | undefined;
  /** The bounds of a number. */
  bounds?: { min: number; max: number; decimals: number } | undefined;
}

/** How the questions are parted into steps. */
export type Layout = "one_question" | "factor_pages" | "single_page";

/** The questions that these answers make relevant. An answer to a question that is not relevant decides nothing. */
export function relevant(questions: Question[], values: Values): Question[] {
  const asked: Question[] = [];
  for (const question of questions) {
    const { rule } = question;
    const decides = !rule || (asked.some(({ path }) => path === rule.path) && values[rule.path]?.some((value) => rule.is.includes(value)));
    if (decides) asked.push(question);
  }
  return asked;
}

/** The steps of the way through the form. A text to read stands with the question after it. */
export function stepsOf(asked: Question[], layout: Layout): Question[][] {
  const steps: Question[][] = [];
  let isOpen = false;
  for (const question of asked) {
    const last = steps[steps.length - 1];
    const joins = layout === "one_question" ? isOpen : layout === "single_page" || last?.[0]?.group === question.group;
    if (last && joins) last.push(question);
    else steps.push([question]);
    isOpen = question.kind === "note";
  }
  // Texts after the last question are read with it.
  if (layout === "one_question" && isOpen && steps.length > 1) steps.splice(-2, 2, steps.slice(-2).flat());
  return steps;
}

/** Reads what was typed as a number; NaN where it cannot be read. Three zeros may part thousands, as in 50.000: who knows what was meant. */
function numberOf(text: string, decimals: number): number {
  const read = /^[+-]?\d+(?:[.,](\d*))?$/.exec(text);
  const { length } = read?.[1] ?? "";
  return !read || (length > decimals && text.endsWith("000")) ? NaN : +text.replace(",", ".");
}

/** What is wrong with the answer to a question: nothing, `required`, or `wrong`. */
export function faultOf({ kind, path, required, bounds }: Question, values: Values): "required" | "wrong" | undefined {
  const text = values[path]?.[0];
  if (text === undefined) return required && kind !== "note" ? "required" : undefined;
  if (!bounds) return undefined;
  const { min, max, decimals } = bounds;
  const number = numberOf(text, decimals);
  return number >= min && number <= max && +number.toFixed(decimals) === number ? undefined : "wrong";
}

/** The parts of a submission, without questions that are not relevant. */
export function toParts(asked: Question[], values: Values): Record<string, Record<string, unknown>> {
  const parts: Record<string, Record<string, unknown>> = { answers: {}, respondent: {} };
  for (const { path, kind, bounds } of asked) {
    // Codes may have dots, parts have none.
    const [, part = "", code = ""] = /^(\w+)\.(.*)$/.exec(path) ?? [];
    const answer = values[path];
    const first = answer?.[0];
    if (first === undefined || kind === "note") continue;
    const rating = first === "none" ? null : Number(first);
    parts[part]![code] = kind === "rating" ? rating : bounds ? numberOf(first, bounds.decimals) : kind === "multiple" ? answer : first;
  }
  return parts;
}

/** What is filled in; blanks are left out. */
export function valuesOf(form: HTMLFormElement): Values {
  const values: Values = {};
  for (const [name, value] of new FormData(form)) {
    const text = typeof value === "string" ? value.replace(/\r\n/g, "\n").trim() : "";
    if (text && /^(answers|respondent)\./.test(name)) (values[name] ??= []).push(text);
  }
  return values;
}

/** Fills the controls in; those that nothing is said of are emptied. */
export function fill(form: HTMLFormElement, values: Values): void {
  for (const control of form.elements) {
    if (control instanceof HTMLInputElement && /radio|checkbox/.test(control.type)) {
      control.checked = !!values[control.name]?.includes(control.value);
    } else if ((control instanceof HTMLInputElement && control.type !== "hidden") || control instanceof HTMLTextAreaElement) {
      control.value = values[control.name]?.[0] ?? "";
    }
  }
}

/** The day of the answer where the survey is held, inside the fieldwork: who answers in the days of grace answers late. */
export function answeredOn(now: number, { offset, opens, closes }: Dates): string {
  const day = new Date(now + offset * 60_000).toISOString().slice(0, 10);
  return day < opens ? opens : day > closes ? closes : day;
}

/** When a wave takes answers, and how many minutes its clock is ahead of UTC. */
export interface Dates {
  offset: number;
  opens: string;
  closes: string;
}

/** A new random identifier (UUID, version 4). */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 15) | 64;
  bytes[8] = (bytes[8]! & 63) | 128;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
