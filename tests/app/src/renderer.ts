/** The process that shows a page, as the operating system has it: what it takes up, and slowed as a cheap phone is. */
import type { Page } from "@playwright/test";
import { readFile } from "node:fs/promises";
import { setTimeout as after } from "node:timers/promises";

/** How long the process runs between two stops: short against what a person notices. */
const RUNS_MS = 5;

/** Processes that show pages; the page's own worker is in the same one as the page. */
async function renderers(page: Page): Promise<number[]> {
  const browser = page.context().browser();
  if (!browser) throw new Error("no browser");
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  return processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);
}

/** Memory that nobody shares, in bytes, of the renderer that has most of it. */
export async function memoryOf(page: Page): Promise<number> {
  const own = async (pid: number) => {
    const rollup = await readFile(`/proc/${String(pid)}/smaps_rollup`, "utf8");
    const kib = [...rollup.matchAll(/^(?:Private_Clean|Private_Dirty|Swap): +(\d+) kB$/gm)];
    return kib.reduce((sum, [, number]) => sum + Number(number) * 1024, 0);
  };
  return Math.max(...(await Promise.all((await renderers(page)).map(own))));
}

/**
 * While `work` is done, every thread of the page runs a share of the time only. The throttling of the developer tools
 * slows the page's thread alone, while the engine works in another one.
 */
export async function slowed<Result>(
  page: Page,
  times: number,
  work: () => Promise<Result>,
): Promise<Result> {
  const pids = await renderers(page);
  const signal = (name: "SIGSTOP" | "SIGCONT") => pids.forEach((pid) => send(pid, name));
  let done = false;
  const stopping = (async () => {
    while (!done) {
      signal("SIGSTOP");
      await after(RUNS_MS * (times - 1));
      signal("SIGCONT");
      await after(RUNS_MS);
    }
  })();
  try {
    return await work();
  } finally {
    done = true;
    await stopping;
  }
}

function send(pid: number, name: "SIGSTOP" | "SIGCONT") {
  try {
    process.kill(pid, name);
  } catch {
    // A page that was closed just before.
  }
}
