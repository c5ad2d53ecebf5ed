/** A real phone without a screen, with a store of its own. Nothing it does but `sync` needs a relay. */
import { one, run, start, stop, type Running, type Said } from "./programs.ts";

export class Phone {
  #watching: Running | undefined;

  constructor(readonly store: string) {}

  /** Runs a command: `phone.say("visit", id, "--outcome", "done")`. */
  say(...args: string[]): Promise<Said[]> {
    return run("linli-phone", ["--store", this.store, "--json", ...args]);
  }

  one(...args: string[]): Promise<Said> {
    return one("linli-phone", ["--store", this.store, "--json", ...args]);
  }

  /** Exchanges everything with the relay. */
  async sync(): Promise<Said> {
    const told = await this.one("sync");
    if (told.caught_up !== true) throw new Error(`the phone did not catch up: ${JSON.stringify(told)}`);
    return told;
  }

  /** Stays connected until the story ends. */
  async watch() {
    this.#watching = await start("linli-phone", ["--store", this.store, "--json", "sync", "--watch"]);
  }

  /** Households that this phone has. */
  households(search: string): Promise<Said[]> {
    return this.say("households", "--search", search);
  }

  async end() {
    if (this.#watching) await stop(this.#watching);
  }
}
