/** The scripted day's other side: `linli-day` plays the office and the colleague, and tells the phone what to do. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { binary } from "../../console/src/programs.ts";

/** A step (tests/src/day/driven.rs); what is there depends on `do`. */
export interface Step {
  do: string;
  [key: string]: any;
}

/**
 * Carries out every step of the day as it is told. Fails when somebody does not hold the same documents in the end, or
 * the office's books are not the expected ones.
 */
export async function liveTheDay(carryOut: (step: Step) => Promise<object>) {
  const day = spawn(binary("linli-day"), [], { stdio: ["pipe", "pipe", "pipe"] });
  let said = "";
  day.stderr.on("data", (bytes: Buffer) => (said += bytes.toString()));
  const ended = new Promise<number | null>((settle) => day.once("exit", settle));
  try {
    for await (const line of createInterface({ input: day.stdout })) {
      const answer = await carryOut(JSON.parse(line) as Step);
      day.stdin.write(`${JSON.stringify(answer)}\n`);
    }
    const code = await ended;
    if (code !== 0) throw new Error(`the day ended with ${String(code)}: ${said}`);
  } finally {
    day.kill();
  }
}
