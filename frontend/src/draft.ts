// The draft of a form, kept on the phone until it is sent or cleared. Written at every change, because phones end
// pages without asking. Where nothing may be kept, the form works without.
import { newId, type Values } from "./answers";

/** A form in the making. */
export interface Draft {
  /** The identifier that its submission will have. */
  id: string;
  values: Values;
  /** Where the person stands: the path of a question, or `check`. */
  at: string;
  /** The last day on which it could be sent. */
  until: string;
}

const PREFIX = "plumbline.draft.";
const POSTED = "plumbline.posted";

/** What `work` returns; nothing where the browser keeps nothing, or something that is not ours. */
function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}

/** The drafts of a form, which has one at a time. */
export function draftsOf(form: string) {
  const key = PREFIX + form;
  const load = () => attempt(() => JSON.parse(localStorage.getItem(key)!) as Draft | null);
  // A page that took up a draft sends it under its name, even if another page has sent it in the meantime: it counts once.
  let id = load()?.id ?? newId();
  return {
    /** The draft, if there is one. */
    load,
    /** Keeps the draft and returns its identifier. */
    save(draft: Omit<Draft, "id">): string {
      attempt(() => localStorage.setItem(key, JSON.stringify({ ...draft, id })));
      return id;
    },
    /** Removes the draft; the next one is another answer. */
    clear() {
      attempt(() => localStorage.removeItem(key));
      id = newId();
    },
    /** Notes that the browser posts the draft by itself: it is removed when the thanks are shown. */
    posted: () => ofTab(POSTED, key),
    /** Removes drafts of other forms that can no longer be sent. */
    forgetOld(today: string): void {
      attempt(() => {
        for (const other of Object.keys(localStorage).filter((other) => other.startsWith(PREFIX) && other !== key)) {
          const draft = attempt(() => JSON.parse(localStorage.getItem(other)!) as Draft | null);
          if (!draft || !(draft.until >= today)) localStorage.removeItem(other);
        }
      });
    },
  };
}

/** What the reader wishes of all forms on this phone, after noting it if it is given. */
export function wish(name: string, value?: string): string | null {
  if (value !== undefined) attempt(() => localStorage.setItem(name, value));
  return attempt(() => localStorage.getItem(name));
}

/** What this tab knows under a name, after noting it if it is given; it goes with the tab. */
export function ofTab(name: string, value?: string): string | null {
  if (value !== undefined) attempt(() => sessionStorage.setItem(name, value));
  return attempt(() => sessionStorage.getItem(name));
}

/** Removes the draft that the browser has posted by itself. */
export function forgetPosted(): void {
  const key = ofTab(POSTED);
  if (key) attempt(() => localStorage.removeItem(key));
}
