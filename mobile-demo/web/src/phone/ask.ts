/** What travels between a screen, its worker and the worker of the tab that has the store. */
import type { Language } from "@/language";
import type { Args, Method, PhoneEvent } from "./calls";

/** A screen asks. `id` is unique among all tabs. */
export interface Ask<M extends Method = Method> {
  kind: "ask";
  id: string;
  method: M;
  args: Args<M>;
}

export interface Refused {
  code: string;
  text: string;
}

/** The answer to one ask: a result, or why there is none. */
export interface Answer {
  kind: "answer";
  id: string;
  result?: unknown;
  refused?: Refused;
}

/** From a worker to its screen: whatever was answered in one turn. */
export interface Answers {
  kind: "answers";
  answers: Answer[];
}

export interface Told {
  kind: "event";
  event: PhoneEvent;
}

/** A tab has just got the store: what nobody answered is asked again. */
export interface Holding {
  kind: "holding";
}

/** The engine broke: its memory cannot be trusted any more, while its files can. */
export interface Broken {
  kind: "broken";
}

/** From the screen to its worker, once, before anything else. */
export interface Begin {
  kind: "begin";
  language: Language;
}

/** Anything that was thrown, in a form that can be posted. */
export function refusedBy(error: unknown): Refused {
  if (typeof error === "object" && error !== null && "code" in error && "text" in error) {
    return { code: String(error.code), text: String(error.text) };
  }
  return { code: "app.engine", text: error instanceof Error ? error.message : String(error) };
}
