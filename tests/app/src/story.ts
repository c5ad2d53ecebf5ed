/**
 * What every story starts with.
 *
 *     import { expect, test } from "./src/story.ts";
 *     test("…", async ({ field }) => {});  // a phone at work: enrolled, everything here, the list of the day open
 *     test("…", async ({ bare }) => {});   // the same community, and a browser that has seen nothing of it
 *     test("…", async ({ large }) => {});  // as bare, with 11,500 households
 *
 * Each has `relay`, `cable`, `context` and `page`. Texts: `say(zh, en)` gives the one of the project's language.
 */
import { test as base, expect, type BrowserContext, type Page } from "@playwright/test";
import { writeFile } from "node:fs/promises";
import { Relay } from "../../console/src/relay.ts";
import { Cable } from "./cable.ts";
import { LARGE } from "../../console/src/prepare.ts";

export { expect } from "@playwright/test";

export const WORKER = "王小明";
export const GRID = "999999000001001";
export const COMMUNITY = "样例社区";

export interface Scene {
  relay: Relay;
  cable: Cable;
  context: BrowserContext;
  page: Page;
}

/** The text, or the pattern of it, in the language of this run. */
export function say<Text>(zh: Text, en: Text): Text {
  return base.info().project.name === "en" ? en : zh;
}

/** The network is really gone: no byte gets through, and the browser knows it as a phone does. */
export async function goOffline({ cable, context }: Pick<Scene, "cable" | "context"> & Partial<Scene>) {
  cable.cut();
  await context.setOffline(true);
}

export async function goOnline({ cable, context }: Pick<Scene, "cable" | "context"> & Partial<Scene>) {
  cable.mend();
  await context.setOffline(false);
}

/** The state of the connection as every screen shows it. */
export function badge(page: Page) {
  return page.locator(".sync-badge");
}

/** Everything that was recorded is at the relay and everything there is here. */
export async function synced(page: Page, withinMs = 30_000) {
  await expect(badge(page)).toHaveText(say("已同步", "Synced"), { timeout: withinMs });
}

export function heading(page: Page, name: string | RegExp) {
  return page.getByRole("heading", { level: 1, name });
}

/** A link with an invitation, as the office sends it. */
export async function invitation({ relay, cable }: Scene, worker: string): Promise<string> {
  const { payload } = await relay.officeOne("enrol-code", "--worker", worker);
  const elsewhere = String(payload).replace(/&u=.*$/, `&u=${cable.url}`);
  return `${cable.url}/app/#${elsewhere}`;
}

/** Registers the browser as a worker's phone and leaves it before the first download. */
export async function enrol(scene: Scene, worker = WORKER) {
  const { page } = scene;
  await page.goto(await invitation(scene, worker));
  await page.getByRole("button", { name: say("登记", "Register"), exact: true }).click();
  await expect(heading(page, say("登记好了", "Registered"))).toBeVisible();
  await page.getByRole("button", { name: say("下一步", "Next"), exact: true }).click();
  await page.getByRole("button", { name: say("以后再设", "Later"), exact: true }).click();
}

/** The list of the day, with everything downloaded. */
export async function begin({ page }: Pick<Scene, "page">, withinMs?: number) {
  const start = page.getByRole("button", { name: say("开始工作", "Start working") });
  const list = heading(page, say("今日", "Today"));
  // A small community is here before anybody can look at the download.
  await expect(start.or(list)).toBeVisible();
  if (await start.isVisible()) await start.click();
  await expect(list).toBeVisible();
  // The app itself is stored as well, so that it opens without a network.
  await page.evaluate(() => navigator.serviceWorker.ready);
  await synced(page, withinMs);
}

/** The name of the household in a room of the small community. */
export const personIn = (room: string) => `${PERSON}${room}`;
const PERSON = "住户";
export const ROOMS = ["101", "102", "201", "202", "301", "302"];

/** Six doors of one staircase, and a worker. */
async function smallCommunity(relay: Relay) {
  const doors = ROOMS.map((room) => `${GRID},阳光花园,1,1,${room},${personIn(room)},1380000${room}0`);
  const roster = relay.file("名册.csv");
  await writeFile(roster, ["网格编码,小区,楼栋,单元,房号,姓名,联系电话", ...doors].join("\n"));
  await relay.office("import", "roster", roster, "--community", COMMUNITY);
  await relay.office("workers", "add", WORKER, "--grid", GRID);
}

/** Types into the list's search and opens the one household that is found. */
export async function openHousehold(page: Page, search: string) {
  await page.getByRole("searchbox").fill(search);
  await page.getByRole("main").getByRole("link").filter({ hasText: search }).first().click();
  await expect(page.getByRole("link", { name: say("记录走访", "Record a visit") })).toBeVisible();
}

/** From a household's card: a visit with nothing but its outcome, saved. */
export async function visit(page: Page, outcome: string, note?: string) {
  await page.getByRole("link", { name: say("记录走访", "Record a visit") }).click();
  await page.getByRole("button", { name: outcome, exact: true }).click();
  if (note !== undefined) await page.getByLabel(say("备注", "Note")).fill(note);
  await page.getByRole("button", { name: say("保存", "Save"), exact: true }).click();
  await expect(heading(page, say("已保存", "Saved"))).toBeVisible();
}

/** What a browser complains of: scripts that broke, what the content policy refused, lines that name a resident. */
function listen(context: BrowserContext): string[] {
  const complaints: string[] = [];
  context.on("weberror", (error) => complaints.push(String(error.error())));
  context.on("console", (line) => {
    if (line.text().includes(PERSON)) complaints.push(`names somebody: ${line.text()}`);
    // A request or connection that a cut cable refused is what these stories are about.
    const expected = /^Failed to load resource|WebSocket connection to|ERR_(CONNECTION|INTERNET)/;
    if (line.type() === "error" && !expected.test(line.text())) complaints.push(line.text());
  });
  return complaints;
}

async function scene(context: BrowserContext, use: (scene: Scene) => Promise<void>, prepared?: string) {
  const complaints = listen(context);
  const relay = await Relay.start(prepared);
  const cable = await Cable.to(relay.url);
  try {
    await use({ relay, cable, context, page: await context.newPage() });
    expect(complaints, "what the browser complained of").toEqual([]);
  } finally {
    await cable.end();
    await relay.end();
  }
}

export const test = base.extend<{ bare: Scene; field: Scene; large: Scene }>({
  bare: async ({ context }, use) =>
    scene(context, async (it) => {
      await smallCommunity(it.relay);
      await use(it);
    }),
  field: async ({ bare }, use) => {
    await enrol(bare);
    await begin(bare);
    await use(bare);
  },
  large: async ({ context }, use) => scene(context, use, LARGE),
});
