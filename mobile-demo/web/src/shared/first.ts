/** What every start asks, asked before there is a screen to ask it. */
import type { Args, Method, Phone } from "@/phone/calls";

export interface First {
  method: Method;
  args: Args<Method>;
  answer: Promise<unknown>;
}

export function askFirst(phone: Phone): First[] {
  const ask = <M extends Method>(method: M, args: Args<M>): First => {
    const answer = phone.call(method, args);
    // Refused while the phone is locked; the screen that wants it asks again.
    answer.catch(() => undefined);
    return { method, args, answer };
  };
  return [ask("lockState", {}), ask("status", {}), ask("today", { limit: 0 }), ask("directives", {})];
}
