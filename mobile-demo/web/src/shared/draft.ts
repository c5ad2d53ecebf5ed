/** What is being typed, kept by the phone on every keystroke: a killed tab loses nothing. */
import { useEffect, useRef, useState } from "react";
import { useFormOpen } from "./open-forms";
import { usePhone } from "./phone";

interface DraftForm<Form> {
  /** One draft a key: `visit/<household>`. */
  key: string;
  /** Raised when the form changes its meaning; a draft of another version is given to `read`. */
  version: number;
  blank: () => Form;
  /** What a draft of an older version means now; null when it means nothing any more. */
  read?: (version: number, typed: unknown) => Form | null;
}

export interface Drafted<Form> {
  /** Null until it is known whether there is a draft. */
  value: Form | null;
  change: (part: Partial<Form>) => void;
  /** It was typed earlier. */
  restored: boolean;
  /** The phone could not keep what was typed last. */
  unkept: boolean;
  /** Starts over. */
  clear: () => void;
  /** Once everything typed is kept: what is saved after this cannot be overtaken by its own draft. */
  settled: () => Promise<void>;
  /** Saved together with what the form made: the engine has dropped it in the same commit. */
  done: () => void;
  /** Saved by a call that knows nothing of drafts. */
  drop: () => void;
}

export function useDraft<Form extends object>({ key, version, blank, read }: DraftForm<Form>): Drafted<Form> {
  const phone = usePhone();
  const [value, setValue] = useState<Form | null>(null);
  const [restored, setRestored] = useState(false);
  const [touched, setTouched] = useState(false);
  const [unkept, setUnkept] = useState(false);
  const keeper = useRef<Keeper>(null);
  useFormOpen(touched || restored);

  // Asked for once: what comes later is typed here.
  const first = useRef({ blank, read });
  useEffect(() => {
    let gone = false;
    const made = new Keeper({
      save: (text) => phone.call("saveDraft", { key, form: version, text }),
      drop: () => phone.call("dropDraft", { key }),
      told: (kept) => setUnkept(!kept),
    });
    keeper.current = made;
    const show = (form: Form | null) => {
      if (gone) return;
      setRestored(form !== null);
      setValue(form ?? first.current.blank());
    };
    phone.call("draft", { key }).then(
      (draft) => {
        if (draft === null) {
          show(null);
          return;
        }
        const typed = parsed(draft.text);
        if (draft.form === version) {
          show(typed as Form | null);
          return;
        }
        show(first.current.read?.(draft.form, typed) ?? null);
      },
      () => show(null),
    );
    return () => {
      gone = true;
    };
  }, [phone, key, version]);

  const change = (part: Partial<Form>) => {
    if (value === null) return;
    const changed = { ...value, ...part };
    setValue(changed);
    setTouched(true);
    keeper.current?.keep(JSON.stringify(changed));
  };
  const done = () => {
    keeper.current?.stop();
    setTouched(false);
    setRestored(false);
  };
  const drop = () => {
    keeper.current?.keep(null);
    done();
  };
  const clear = () => {
    setTouched(false);
    setRestored(false);
    setValue(blank());
    keeper.current?.keep(null);
  };
  const settled = () => keeper.current?.idle ?? Promise.resolve();
  return { value, change, restored, unkept, clear, settled, done, drop };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

interface Store {
  save: (text: string) => Promise<unknown>;
  drop: () => Promise<unknown>;
  told: (kept: boolean) => void;
}

/** Keeps the newest; what was typed while one was being kept is kept after it, the steps between are not. */
class Keeper {
  /** What is to be done next: a text to keep, null to throw away what is kept, nothing. */
  #next: string | null | undefined;
  #busy = false;
  #stopped = false;
  /** When nothing is being kept any more. */
  idle: Promise<void> = Promise.resolve();

  constructor(readonly store: Store) {}

  keep(next: string | null) {
    if (this.#stopped) return;
    this.#next = next;
    if (!this.#busy) this.idle = this.#work();
  }

  stop() {
    this.#stopped = true;
  }

  async #work() {
    this.#busy = true;
    while (this.#next !== undefined) {
      const next = this.#next;
      this.#next = undefined;
      // What could not be kept is still on the screen; the next keystroke tries again.
      await (next === null ? this.store.drop() : this.store.save(next)).then(
        () => this.store.told(true),
        () => this.store.told(false),
      );
    }
    this.#busy = false;
  }
}
