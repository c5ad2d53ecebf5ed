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
  read?: (version: number, json: unknown) => Form | null;
}

export interface Drafted<Form> {
  /** Null until it is known whether there is a draft. */
  value: Form | null;
  change: (part: Partial<Form>) => void;
  /** It was typed earlier. */
  restored: boolean;
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
  const keeper = useRef<Keeper>(null);
  useFormOpen(touched || restored);

  // Asked for once: what comes later is typed here.
  const first = useRef({ blank, read });
  useEffect(() => {
    let gone = false;
    const made = new Keeper((json) => phone.call("saveDraft", { key, formVersion: version, json }));
    keeper.current = made;
    const show = (form: Form | null) => {
      if (gone) return;
      setRestored(form !== null);
      setValue(form ?? first.current.blank());
    };
    phone.call("draft", { key }).then(
      (draft) => {
        if (draft === null) return show(null);
        const json: unknown = parsed(draft.json);
        if (draft.form_version === version) return show(json as Form | null);
        show(first.current.read?.(draft.form_version, json) ?? null);
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
    done();
    // One that stays behind is offered again and can be cleared then.
    void keeper.current?.idle.then(() => phone.call("dropDraft", { key })).catch(() => undefined);
  };
  const clear = () => {
    setTouched(false);
    setRestored(false);
    const empty = blank();
    setValue(empty);
    keeper.current?.keep(JSON.stringify(empty));
  };
  const settled = () => keeper.current?.idle ?? Promise.resolve();
  return { value, change, restored, clear, settled, done, drop };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

/** Keeps the newest; what was typed while one was being kept is kept after it, the steps between are not. */
class Keeper {
  #busy = false;
  #next: string | null = null;
  #stopped = false;
  /** When nothing is being kept any more. */
  idle: Promise<void> = Promise.resolve();

  constructor(readonly save: (json: string) => Promise<unknown>) {}

  keep(json: string) {
    if (this.#stopped) return;
    this.#next = json;
    if (!this.#busy) this.idle = this.#work();
  }

  stop() {
    this.#stopped = true;
    this.#next = null;
  }

  async #work() {
    this.#busy = true;
    while (this.#next !== null) {
      const json = this.#next;
      this.#next = null;
      // A draft that could not be kept is still on the screen; the next keystroke tries again.
      await this.save(json).catch(() => undefined);
    }
    this.#busy = false;
  }
}
