/** The real programs: where they are, how they are run, what they say. */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const here = import.meta.dirname;
const BIN_DIR = resolve(here, process.env.LINLI_BIN_DIR ?? "../../../target/debug");

/** One JSON object, as every command prints them with `--json`. */
export type Said = Record<string, any>;

export type Program = "linli" | "linli-phone" | "linli-day";

export function binary(name: Program): string {
  const path = resolve(BIN_DIR, name);
  if (!existsSync(path))
    throw new Error(`${path} does not exist: cargo build --workspace --bins, or set LINLI_BIN_DIR`);
  return path;
}

/** Runs a command that must succeed; the objects that it printed. */
export async function run(name: Program, args: string[]): Promise<Said[]> {
  const { stdout } = await promisify(execFile)(binary(name), args, { maxBuffer: 256 * 1024 * 1024 });
  return stdout
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as Said);
}

/** Runs a command that answers with one object. */
export async function one(name: Program, args: string[]): Promise<Said> {
  const said = await run(name, args);
  const [first] = said;
  if (said.length !== 1 || !first) throw new Error(`${name} ${args.join(" ")} said ${said.length} things`);
  return first;
}

export interface Running {
  child: ChildProcess;
  /** The first line that it printed. */
  hello: Said;
  /** Everything that it logged so far. */
  log: () => string;
}

/** Starts a program that goes on, and waits for its first line. */
export async function start(name: Program, args: string[]): Promise<Running> {
  const child = spawn(binary(name), args, { stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  child.stderr.on("data", (bytes: Buffer) => (log += bytes.toString()));
  const hello = await new Promise<Said>((settle, refuse) => {
    createInterface({ input: child.stdout }).once("line", (line) => settle(JSON.parse(line) as Said));
    child.once("exit", (code) => refuse(new Error(`${name} ended with ${code}: ${log}`)));
    child.once("error", refuse);
  });
  return { child, hello, log: () => log };
}

/** Asks a program to stop, or kills it as a power cut would, and waits until it is gone. */
export async function stop({ child }: Running, signal: "SIGTERM" | "SIGKILL" = "SIGTERM") {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((settle) => child.once("exit", settle));
  child.kill(signal);
  await gone;
}
