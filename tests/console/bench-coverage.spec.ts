/** What a person waits for the building chart of a large community: `cargo xtask bench`, with the programs as used. */
import { expect, open, test } from "./src/story.ts";

/** From asking for the page's address to a household that a click on its chart opens. */
const INTERACTIVE_MS = 1_500;
/** Enough that one load beside a busy neighbour decides nothing. */
const LOADS = 7;

/** In the page: clicks the first door as soon as there is one, at every frame, until that does something. */
function clickAtOnce() {
  const look = () => {
    document.querySelector<HTMLElement>(".chart [data-id]")?.click();
    if (/\/households\/./.test(location.href)) performance.mark("opened");
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

function middle(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Infinity;
}

test("the building chart answers a click within 1.5 seconds of being asked for", async ({ large }) => {
  const { page } = large;
  await open(page, "覆盖", "Coverage");
  await expect(page.getByRole("gridcell").first()).toBeVisible();
  const doors = await page.locator(".chart [data-id]").count();
  const address = page.url();
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  await page.addInitScript(clickAtOnce);
  const took: number[] = [];
  const computed: number[] = [];
  while (took.length < LOADS) {
    // As on a computer that has never been here: scripts are fetched and read anew.
    await session.send("Network.clearBrowserCache");
    await page.goto("about:blank");
    await page.goto(address, { waitUntil: "commit" });
    await expect(page).toHaveURL(/\/households\/./);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    const { metrics } = await session.send("Performance.getMetrics");
    computed.push(1000 * (metrics.find((it) => it.name === "TaskDuration")?.value ?? 0));
    took.push(await page.evaluate(() => performance.getEntriesByName("opened")[0]?.startTime ?? Infinity));
  }
  const median = middle(took);
  const each = took.map((ms) => ms.toFixed(0)).join(", ");
  console.log(
    `coverage: ${doors} doors; a click opens a household after ${each} ms; median ${median.toFixed(0)} ms, ` +
      `goal ${INTERACTIVE_MS} ms; the page computes ${middle(computed).toFixed(0)} ms until that household is drawn`,
  );
  // Where the page computes much less than that, it waited for a processor that had other work.
  expect(median).toBeLessThanOrEqual(INTERACTIVE_MS);
});
