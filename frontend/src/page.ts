// The page itself: its words, and elements made without markup.

/** A word of the page by its key. The page brings them in its language; the script has none of its own. */
export type Words = (key: string, values?: Record<string, string | number>) => string;

/** The words that stand in the page. */
export function wordsOf(root: ParentNode): Words {
  const table = JSON.parse(find(root, "[data-words]")?.dataset.words ?? "{}") as Record<string, string>;
  return (key, values = {}) => (table[key] ?? "").replace(/%(\w+)%/g, (_, name: string) => String(values[name] ?? ""));
}

/** The first element in `root` that a selector names; nothing in nothing. */
export const find = <E extends HTMLElement = HTMLElement>(root: ParentNode | null | undefined, selector: string): E | null | undefined =>
  root?.querySelector<E>(selector);

/** An element with its properties and what is in it. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** A button that does something; nothing is submitted by it. */
export const button = (words: string, onclick: () => unknown, className = "button") => make("button", { type: "button", className, onclick }, words);

/** Moves the focus to what is not a control, so that it is read out and the next key press starts from it. */
export function focusOn(element: HTMLElement | null | undefined): void {
  if (!element) return;
  if (element.tabIndex < 0) element.tabIndex = -1;
  element.focus({ preventScroll: true });
}
