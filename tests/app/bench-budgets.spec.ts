/** What the app may cost: taps, seconds, memory. One story at a time, so that the machine is theirs. */
import type { BrowserContext, Page } from "@playwright/test";
import { test } from "./src/kept.ts";
import { memoryOf, slowed } from "./src/renderer.ts";
import { begin, enrol, expect, goOffline, personIn, say, WORKER, type Scene } from "./src/story.ts";

const VISITED = () => say("已走访", "Visited");

/** From the list to saved in the common case. */
const TAPS_MAX = 8;
const SAVE_MS_MAX = 200;
/** A phone of some years ago against this machine. */
const SLOWER = 4;
const LIST_MS_MAX = 2_000;
const SEARCH_MS_MAX = 50;
const MEMORY_BYTES_MAX = 150 * 1024 * 1024;
/** The whole community, over the line of a test. */
const DOWNLOAD_MS_MAX = 180_000;

/** What people type: a name, its pinyin, its initials, a door, the end of a telephone number. */
const SEARCHES = ["王", "李", "wangfang", "lixia", "wf", "zx", "3-2-501", "1-1-102", "8888", "1234"];

test("from the list to saved takes at most 8 taps, and a save less than 200 ms", async ({ field }) => {
  const { page } = field;
  await goOffline(field);
  await page.evaluate(() => {
    const counted = window as unknown as { taps: number };
    counted.taps = 0;
    addEventListener("click", () => (counted.taps += 1), { capture: true });
  });
  await page
    .getByRole("listitem")
    .getByRole("link")
    .filter({ hasText: personIn("101") })
    .tap();
  await page.getByRole("link", { name: say("记录走访", "Record a visit") }).tap();
  await page.getByRole("button", { name: VISITED(), exact: true }).tap();
  await page.getByRole("button", { name: "2", exact: true }).tap();
  const save = page.getByRole("button", { name: say("保存", "Save"), exact: true });
  const ms = await save.evaluate(
    async (button: HTMLElement, saved) => {
      const began = performance.now();
      const shown = new Promise<number>((settle) => {
        new MutationObserver((_, observer) => {
          if (document.querySelector("h1")?.textContent !== saved) return;
          observer.disconnect();
          settle(performance.now() - began);
        }).observe(document.body, { subtree: true, childList: true, characterData: true });
      });
      button.click();
      return shown;
    },
    say("已保存", "Saved"),
  );
  const taps = await page.evaluate(() => (window as unknown as { taps: number }).taps);
  tell(`from the list to saved: ${String(taps)} taps; from the tap to “saved” ${ms.toFixed(0)} ms`);
  expect(taps).toBeLessThanOrEqual(TAPS_MAX);
  expect(ms, "from the tap to “saved”, in milliseconds").toBeLessThan(SAVE_MS_MAX);
});

test("11,500 households: a usable list offline on a slow phone, a search as one types, and little memory", async ({
  large,
}) => {
  test.slow();
  await everything(large);
  const { page, context, cable } = large;
  await goOffline(large);
  await noteList(context);
  const throttled = await context.newPage();
  await page.close();
  const tools = await context.newCDPSession(throttled);
  await tools.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  const listed = await untilListed(throttled, cable.url);

  // A page of the same origin without the app, so that the process is there to be slowed from the first byte on.
  const again = await context.newPage();
  await again.goto(`${cable.url}/app/icon.svg`);
  await throttled.close();
  const slowly = await slowed(again, SLOWER, () => untilListed(again, cable.url));
  // Asked before the index is ready, which it is a second after the list: told, not held against the goal.
  const first = await search(again, "陈");
  const found: number[] = [];
  for (const words of SEARCHES) found.push(await search(again, words));
  const worst = Math.max(...found);
  const memory = await memoryOf(again);
  tell(
    `a usable list after ${listed.toFixed(0)} ms with the page throttled ${String(SLOWER)} times, after ` +
      `${slowly.toFixed(0)} ms with the engine slowed as well; the first search at once ${first.toFixed(0)} ms, then ` +
      `${found.map((ms) => ms.toFixed(0)).join(", ")} ms; memory ${(memory / 1024 / 1024).toFixed(0)} MiB`,
  );
  expect(listed, "to a usable list, in milliseconds").toBeLessThan(LIST_MS_MAX);
  expect(worst, "the slowest search, in milliseconds").toBeLessThanOrEqual(SEARCH_MS_MAX);
  expect(memory, "memory of the page and its engine, in bytes").toBeLessThanOrEqual(MEMORY_BYTES_MAX);
});

/** Every grid of the large community on one phone. */
async function everything(large: Scene) {
  const grids = (await large.relay.office("grids")).map(({ code }) => String(code));
  await large.relay.office("workers", "add", WORKER, "--grid", ...grids);
  const began = Date.now();
  await enrol(large);
  await begin(large, DOWNLOAD_MS_MAX);
  tell(`registered and 11,500 households downloaded in ${String(Date.now() - began)} ms`);
}

/** From the last letter to the list that answers it, in milliseconds. */
async function search(page: Page, words: string): Promise<number> {
  const field = page.getByRole("searchbox");
  await field.fill("");
  await expect(page.locator(".list-head[role=status]")).toHaveCount(0);
  return field.evaluate(async (input: HTMLInputElement, typed) => {
    const shown = new Promise<number>((settle) => {
      const began = performance.now();
      new MutationObserver((_, observer) => {
        if (!document.querySelector(".list-head[role=status]")) return;
        observer.disconnect();
        settle(performance.now() - began);
      }).observe(document.body, { subtree: true, childList: true, characterData: true });
    });
    // As React hears it: through the field's own setter.
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set?.call(input, typed);
    input.dispatchEvent(new Event("input", { bubbles: true }));
    return shown;
  }, words);
}

interface Listed {
  /** When the first household had been drawn, by the clock of the machine. */
  listed: Promise<number>;
}

/** Every page notes by itself when its list is there: asking it again and again would slow it down. */
async function noteList(context: BrowserContext) {
  await context.addInitScript(() => {
    (window as unknown as Listed).listed = new Promise((settle) => {
      const drawn = () => settle(performance.timeOrigin + performance.now());
      new MutationObserver((_, observer) => {
        if (!document.querySelector('[role=listitem] a[href*="/household/"]')) return;
        observer.disconnect();
        // Behind the next frame.
        requestAnimationFrame(() => setTimeout(drawn));
      }).observe(document, { subtree: true, childList: true });
    });
  });
}

/** From asking for the app to households that can be tapped, in milliseconds. */
async function untilListed(page: Page, relay: string): Promise<number> {
  const tools = await page.context().newCDPSession(page);
  const began = Date.now();
  await page.goto(`${relay}/app/`, { waitUntil: "commit" });
  // Not through the runner: it would load its own script, half as large as the app's, into the page that it measures.
  const question = { expression: "window.listed", awaitPromise: true, returnByValue: true };
  const { result } = await tools.send("Runtime.evaluate", question);
  await tools.detach();
  return Number(result.value) - began;
}

/** A figure, for whoever reads the run. */
function tell(figure: string) {
  console.log(figure);
}
