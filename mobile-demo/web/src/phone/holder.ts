/** The engine, open or locked: what the tab that holds the store does for all of them. */
import type { Language } from "@/language";
import {
  PhoneProblem,
  type Args,
  type Exported,
  type Imported,
  type LockState,
  type Method,
  type PhoneEvent,
} from "./calls";
import * as keys from "./keys";
import init, { openPhone, removePhone, type WebPhone } from "./pkg/linli_web";
import wasm from "./pkg/linli_web_bg.wasm?url";
import { says } from "./says";

/** After these nothing in the store is new. */
const READS: ReadonlySet<Method> = new Set<Method>([
  "status",
  "digests",
  "anchors",
  "today",
  "buildingChart",
  "households",
  "household",
  "duplicatesFor",
  "conflicts",
  "draft",
  "saveDraft",
  "notices",
  "directives",
  "campaigns",
  "issues",
  "operator",
  "complaints",
  "consents",
  "photo",
  "prepareSearch",
  "sync",
  "stayConnected",
  "disconnect",
  "wake",
  "exportUnsent",
  "setLanguage",
  "lockState",
  "setPin",
  "changePin",
]);

/** What outlives a store that is locked, or held by another tab. */
export interface Wanted {
  language: Language;
  /** The screens want to be connected. */
  connected: boolean;
}

export class Holder {
  private phone: WebPhone | null = null;
  private language: Language;
  private connects: boolean;
  /** The search is being prepared, or was. */
  private searching: Promise<unknown> | null = null;
  /** Under way in the engine: it is closed when none is. */
  private readonly underWay = new Set<Promise<unknown>>();

  private constructor(
    wanted: Wanted,
    private readonly tell: (event: PhoneEvent) => void,
  ) {
    this.language = wanted.language;
    this.connects = wanted.connected;
  }

  /** Opens the store; with a PIN it stays locked until somebody knows it. */
  static async open(wanted: Wanted, tell: (event: PhoneEvent) => void): Promise<Holder> {
    await init({ module_or_path: wasm });
    const holder = new Holder(wanted, tell);
    const key = await keys.open();
    if (key) await holder.openWith(key);
    return holder;
  }

  get locked(): boolean {
    return this.phone === null;
  }

  async call(method: Method, args: Args<Method>): Promise<unknown> {
    const result = await (this.own(method, args) ?? this.ofEngine(method, args));
    if (method === "today") this.prepareSearch();
    if (!READS.has(method)) this.tell({ event: method === "lock" ? "locked" : "changed" });
    return result;
  }

  private async ofEngine(method: Method, args: Args<Method>): Promise<unknown> {
    const asked = this.engine(method, args);
    this.underWay.add(asked);
    try {
      return await asked;
    } finally {
      this.underWay.delete(asked);
    }
  }

  /** Once the list of the day is there: whoever types next does not wait for it. */
  private prepareSearch() {
    this.searching ??= this.ofEngine("prepareSearch", {}).catch(() => {
      this.searching = null;
    });
  }

  /** What is not the engine's: the lock, the language, files, the connection. */
  private own(method: Method, args: Args<Method>): Promise<unknown> | null {
    switch (method) {
      case "setLanguage":
        return this.setLanguage((args as Args<"setLanguage">).language);
      case "lockState":
        return this.lockState();
      case "setPin":
        return keys.setPin((args as Args<"setPin">).pin);
      case "changePin": {
        const { pin, newPin } = args as Args<"changePin">;
        return keys.changePin(pin, newPin, this.language);
      }
      case "unlock":
        return this.unlock((args as Args<"unlock">).pin);
      case "lock":
        return this.lock();
      case "signOut":
        return this.signOut((args as Args<"signOut">).force === true);
      default:
        return null;
    }
  }

  private async engine(method: Method, args: Args<Method>): Promise<unknown> {
    const phone = this.phone;
    if (!phone) throw new PhoneProblem("phone.locked", says("phone.locked", this.language));
    switch (method) {
      case "stayConnected":
        this.connects = true;
        phone.stayConnected();
        return null;
      case "disconnect":
        this.connects = false;
        phone.disconnect();
        return null;
      case "exportUnsent": {
        const [report, bytes] = (await phone.exportUnsent()) as [string, Uint8Array];
        return { ...(JSON.parse(report) as Exported), bytes };
      }
      case "importUnsent": {
        const { bytes } = args as Args<"importUnsent">;
        return JSON.parse((await phone.importUnsent("", bytes)) as string) as Imported;
      }
      default:
        return JSON.parse((await phone.call(JSON.stringify({ method, args }))) as string) as unknown;
    }
  }

  private async openWith(key: Uint8Array) {
    this.phone = await openPhone(key, this.language, (event: string) =>
      this.tell(JSON.parse(event) as PhoneEvent),
    );
    key.fill(0);
    if (this.connects) this.phone.stayConnected();
  }

  private async close() {
    const phone = this.phone;
    this.phone = null;
    this.searching = null;
    await Promise.allSettled(this.underWay);
    await phone?.close();
  }

  private async lockState(): Promise<LockState> {
    const { pin, wait_ms } = await keys.state();
    return { pin, locked: this.locked, wait_ms };
  }

  private async unlock(pin: string): Promise<null> {
    if (!this.phone) await this.openWith(await keys.unlock(pin, this.language));
    return null;
  }

  private async lock(): Promise<null> {
    const { pin } = await keys.state();
    if (pin) await this.close();
    return null;
  }

  private async signOut(force: boolean): Promise<null> {
    if (!force) {
      const { unsent, carried } = (await this.engine("status", {})) as { unsent: number; carried: number };
      if (unsent + carried > 0) {
        throw new PhoneProblem("phone.unsent_work", says("phone.unsent_work", this.language));
      }
    }
    await this.close();
    this.connects = false;
    await removePhone();
    await keys.forget();
    const key = await keys.open();
    if (key) await this.openWith(key);
    return null;
  }

  private setLanguage(language: Language): Promise<null> {
    this.language = language;
    this.phone?.setLanguage(language);
    return Promise.resolve(null);
  }
}
