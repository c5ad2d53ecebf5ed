/**
 * The phone as a screen has it: asks go to a worker, where the engine runs, and answers come back.
 *
 * A worker whose engine broke is replaced. What had not been answered is asked again: whatever writes carries an id
 * of its own, or writes the same value, so that a second time changes nothing.
 */
import { PhoneProblem, type Args, type Method, type Phone, type PhoneEvent, type Result } from "./calls";
import { refusedBy, type Answer, type Answers, type Ask, type Begin, type Broken, type Told } from "./ask";
import type { Language } from "@/language";
import EngineWorker from "./worker?worker";

interface Waiting {
  ask: Ask;
  resolve: (result: unknown) => void;
  reject: (problem: PhoneProblem) => void;
}

/** An engine that breaks again and again is not asked for ever. */
const REPLACED_MAX = 3;

export function openPhone(language: Language): Phone {
  return new WorkerPhone(language);
}

class WorkerPhone implements Phone {
  private readonly waiting = new Map<string, Waiting>();
  private readonly listeners = new Set<(event: PhoneEvent) => void>();
  private worker: Worker;
  private replaced = 0;

  constructor(private language: Language) {
    this.worker = this.start();
  }

  call<M extends Method>(method: M, args: Args<M>): Promise<Result<M>> {
    if (method === "setLanguage") this.language = (args as Args<"setLanguage">).language;
    const ask: Ask<M> = { kind: "ask", id: crypto.randomUUID(), method, args };
    return new Promise<Result<M>>((resolve, reject) => {
      this.waiting.set(ask.id, { ask, resolve: (result) => resolve(result as Result<M>), reject });
      this.worker.postMessage(ask);
    });
  }

  onEvent(listener: (event: PhoneEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private start(): Worker {
    const worker = new EngineWorker({ name: "linli" });
    worker.onmessage = ({ data }: MessageEvent<Answers | Told | Broken>) => this.hear(data);
    worker.onerror = (event) => this.giveUp(event.message);
    worker.postMessage({ kind: "begin", language: this.language } satisfies Begin);
    return worker;
  }

  private hear(heard: Answers | Told | Broken) {
    if (heard.kind === "event") {
      this.listeners.forEach((listener) => listener(heard.event));
      return;
    }
    if (heard.kind === "broken") {
      this.replace();
      return;
    }
    for (const answer of heard.answers) this.answer(answer);
  }

  private answer({ id, refused, result }: Answer) {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (refused) waiting?.reject(new PhoneProblem(refused.code, refused.text));
    else waiting?.resolve(result);
  }

  private replace() {
    this.worker.terminate();
    this.replaced += 1;
    if (this.replaced > REPLACED_MAX) {
      this.giveUp("the engine keeps breaking");
      return;
    }
    this.worker = this.start();
    for (const { ask } of this.waiting.values()) this.worker.postMessage(ask);
  }

  private giveUp(why: string) {
    const { code, text } = refusedBy(why);
    for (const { reject } of this.waiting.values()) reject(new PhoneProblem(code, text));
    this.waiting.clear();
  }
}
