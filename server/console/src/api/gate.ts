/**
 * Requests that wait for a person: to sign in again, or to give the password before something delicate.
 *
 * A request that the relay refused for that asks here and waits; the dialogs of the shell watch `asking` and
 * answer. Several requests that wait for the same share one dialog.
 */
export type Question = "sign_in" | "confirm";

interface Waiting {
  answer: (given: boolean) => void;
  promise: Promise<boolean>;
}

const waiting = new Map<Question, Waiting>();
const watchers = new Set<() => void>();

function changed() {
  for (const tell of watchers) tell();
}

/** Waits until the person has done it (true) or has declined (false). */
export function ask(question: Question): Promise<boolean> {
  const known = waiting.get(question);
  if (known) return known.promise;
  const { promise, resolve } = withResolvers<boolean>();
  waiting.set(question, { promise, answer: resolve });
  changed();
  return promise;
}

/** Lets everybody go on who waits for this. */
export function answer(question: Question, given: boolean) {
  const known = waiting.get(question);
  waiting.delete(question);
  known?.answer(given);
  changed();
}

/** What is asked now; signing in comes before all else. */
export function asking(): Question | null {
  if (waiting.has("sign_in")) return "sign_in";
  return waiting.has("confirm") ? "confirm" : null;
}

export function watch(tell: () => void): () => void {
  watchers.add(tell);
  return () => watchers.delete(tell);
}

function withResolvers<T>() {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}
