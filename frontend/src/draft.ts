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
  /** The code of the invitation that it began with. */
  code?: string | undefined;
  /** The last day on which it could be sent. */
  until: string;
}

const PREFIX = "plumbline.draft.";

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
  const load = () => attempt(() => JSON.parse(localStorage.getItem(PREFIX + form)!) as Draft | null);
  return {
    /** The draft, if there is one. */
    load,
    /** Keeps the draft and returns its identifier. After one was sent, maybe by another page, the next gets a new one. */
    save(draft: Omit<Draft, "id">): string {
      const id = load()?.id ?? newId();
      attempt(() => localStorage.setItem(PREFIX + form, JSON.stringify({ ...draft, id })));
      return id;
    },
    /** Removes the draft. */
    clear: () => attempt(() => localStorage.removeItem(PREFIX + form)),
    /** What the reader wishes of all forms on this phone, after noting it if it is given. */
    wish(name: string, value?: string): string | null {
      if (value !== undefined) attempt(() => localStorage.setItem(name, value));
      return attempt(() => localStorage.getItem(name));
    },
  };
}

/** Removes drafts that can no longer be sent. */
export function forgetOldDrafts(today: string): void {
  attempt(() => {
    for (const key of Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))) {
      const draft = attempt(() => JSON.parse(localStorage.getItem(key)!) as Draft | null);
      if (!draft || !(draft.until >= today)) localStorage.removeItem(key);
    }
  });
}
