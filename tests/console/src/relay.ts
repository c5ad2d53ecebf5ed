/** A relay as a process of its own, and the office's command line against it. */
import { randomBytes } from "node:crypto";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Phone } from "./phone.ts";
import { one, run, start, stop, type Running, type Said } from "./programs.ts";

/** The account of every story that does not make its own. */
export const ADMIN = { name: "王主任", password: "gui-hua-xiang-7-hao" };
export const COMMUNITY = "样例社区";

export class Relay {
  #running: Running;
  readonly #folder: string;
  #listen = "127.0.0.1:0";
  readonly #phones: Phone[] = [];

  private constructor(folder: string, running: Running) {
    this.#folder = folder;
    this.#running = running;
    this.#listen = String(running.hello.listening);
  }

  /** On an empty folder, or on a copy of a prepared one; on any free port. */
  static async start(prepared?: string): Promise<Relay> {
    const folder = await mkdtemp(join(tmpdir(), "linli-story-"));
    if (prepared !== undefined) await cp(prepared, join(folder, "data"), { recursive: true });
    return new Relay(folder, await serve(folder, "127.0.0.1:0"));
  }

  get url(): string {
    return `http://${this.#listen}`;
  }

  get data(): string {
    return join(this.#folder, "data");
  }

  get log(): string {
    return this.#running.log();
  }

  /** The link of the first run: only for a relay without accounts. */
  get setupUrl(): string {
    const url: unknown = this.#running.hello.setup_url;
    if (typeof url !== "string") throw new Error("the relay has an account already");
    return url;
  }

  /** A file in the story's folder. */
  file(name: string): string {
    return join(this.#folder, name);
  }

  /** Runs a command of the office, which must succeed. */
  office(...args: string[]): Promise<Said[]> {
    return run("linli", [...args, ...this.#connection()]);
  }

  /** The same, for commands that answer with one object. */
  officeOne(...args: string[]): Promise<Said> {
    return one("linli", [...args, ...this.#connection()]);
  }

  #connection(): string[] {
    return ["--json", "--url", this.url, "--token-file", join(this.data, "admin-token")];
  }

  /** Asks the API with the admin token, past the console. */
  async api(path: string, init: RequestInit = {}): Promise<Said> {
    const token = (await readFile(join(this.data, "admin-token"), "utf8")).trim();
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json", ...init.headers };
    const response = await fetch(new URL(path, this.url), { ...init, headers });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Said;
  }

  /** A worker with these grids and a real phone that is enrolled and has synchronised. */
  async phone(worker: string, ...grids: string[]): Promise<Phone> {
    await this.office("workers", "add", worker, "--grid", ...grids);
    const { code } = await this.officeOne("enrol-code", "--worker", worker);
    const phone = new Phone(this.file(`phone-${randomBytes(4).toString("hex")}`));
    this.#phones.push(phone);
    await phone.say("enrol", this.url, String(code));
    await phone.sync();
    return phone;
  }

  /** Stops, or is killed, and starts again on the same data and port; with its clock days ahead when asked. */
  async restart(signal: "SIGTERM" | "SIGKILL" = "SIGTERM", daysAhead = 0) {
    await stop(this.#running, signal);
    await this.#goOn(daysAhead);
  }

  /** What it has now, as a copy. */
  async copy(): Promise<string> {
    await stop(this.#running);
    const copy = this.file(`copy-${randomBytes(4).toString("hex")}`);
    await cp(this.data, copy, { recursive: true });
    await this.#goOn();
    return copy;
  }

  /** Somebody puts an old copy in its place and says nothing of it. */
  async goBackTo(copy: string) {
    await stop(this.#running);
    await rm(this.data, { recursive: true });
    await cp(copy, this.data, { recursive: true });
    await this.#goOn();
  }

  async #goOn(daysAhead = 0) {
    this.#running = await serve(this.#folder, this.#listen, daysAhead);
  }

  async stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM") {
    await stop(this.#running, signal);
  }

  async end() {
    await Promise.all(this.#phones.map((phone) => phone.end()));
    await stop(this.#running);
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** A clock that is days ahead lets a story see tomorrow. */
function serve(folder: string, listen: string, daysAhead = 0): Promise<Running> {
  const offset = `--clock-offset-ms=${String(daysAhead * 24 * 3600 * 1000)}`;
  return start("linli", ["serve", "--json", "--listen", listen, "--data", join(folder, "data"), offset]);
}
