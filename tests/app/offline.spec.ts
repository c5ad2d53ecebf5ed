/** What a worker must see of being offline and of syncing: the checklist, one story an item. */
import { readFile } from "node:fs/promises";
import { Phone } from "../console/src/phone.ts";
import {
  badge,
  begin,
  enrol,
  expect,
  goOffline,
  goOnline,
  GRID,
  heading,
  openHousehold,
  personIn,
  ROOMS,
  say,
  synced,
  test,
  visit,
  WORKER,
  type Scene,
} from "./src/story.ts";

/** Nothing stands in the way: no dialog of the app, and none of the browser. */
async function nothingBlocks({ page }: Scene) {
  await expect(page.locator("dialog[open]")).toHaveCount(0);
}

const OFFLINE = () => say("离线", "Offline");
const VISITED = () => say("已走访", "Visited");

/** How often a household was visited, by the relay. */
async function visitsAtRelay({ relay }: Scene, room: string): Promise<{ note?: string; outcome?: string }[]> {
  const [home] = await relay.office("households", "--search", personIn(room));
  const card = await relay.officeOne("household", String(home?.id));
  return card.visits as { note?: string; outcome?: string }[];
}

test("1 in aeroplane mode a household is found, visited and saved, then the next, and no dialog is in the way", async ({
  field,
}) => {
  const { page } = field;
  await page.reload();
  await synced(page);
  await goOffline(field);
  page.on("dialog", () => expect(false, "a dialog of the browser").toBe(true));

  await openHousehold(page, personIn("101"));
  await visit(page, VISITED());
  await nothingBlocks(field);
  await page.getByRole("link", { name: say(/^下一户/, /^Next:/) }).click();
  await nothingBlocks(field);
  await visit(page, say("无人应答", "No answer"));
  await nothingBlocks(field);
  await expect(badge(page)).toHaveText(new RegExp(`${OFFLINE()} · 2`));

  await goOnline(field);
  await synced(page);
  expect(await visitsAtRelay(field, "101")).toMatchObject([{ outcome: "done" }]);
  expect(await visitsAtRelay(field, "102")).toMatchObject([{ outcome: "no_answer" }]);
});

test("2 the first sync is a step of its own with size and progress, and goes on after a kill where it was", async ({
  large,
}) => {
  const { page, cable, context } = large;
  await largeWorker(large, 8);
  const cut = cable.cutAfter({ down: 300_000 });
  await enrol(large);
  await expect(heading(page, say("第一次下载名册", "First download"))).toBeVisible();
  await expect(page.getByText(say(/下载时请让应用开着/, /Leave the app open/))).toBeVisible();
  await cut;
  await context.setOffline(true);
  const bar = page.getByRole("progressbar");
  await expect(bar).toHaveAttribute("aria-valuetext", say(/%.*MB/, /%.*MB/));
  await expect(page.getByText(say(/从断开的地方接着下载/, /from where it stopped/))).toBeVisible();
  const before = Number(await bar.getAttribute("aria-valuenow"));
  expect(before).toBeGreaterThan(0);
  expect(before).toBeLessThan(100);
  await page.close();

  const again = await context.newPage();
  await again.goto(`${cable.url}/app/`);
  await expect(again.getByRole("progressbar")).toHaveAttribute("aria-valuenow", String(before));
  await goOnline(large);
  await begin({ ...large, page: again });
  await again.getByRole("searchbox").fill("1");
  await expect(again.getByText(say(/最像的 20 户/, /The 20 closest/))).toBeVisible();
});

test("3 offline is grey and said on list, household and form, and syncing is seen within two seconds", async ({
  field,
}) => {
  const { page } = field;
  const grey = "rgb(89, 98, 112)";
  const said = async () => {
    await expect(badge(page)).toContainText(OFFLINE());
    await expect(badge(page)).toHaveCSS("color", grey);
  };
  await goOffline(field);
  await said();
  await openHousehold(page, personIn("201"));
  await said();
  await visit(page, VISITED());
  await said();
  await goOnline(field);
  await expect(badge(page)).toHaveText(say(/同步中|已同步/, /Syncing|Synced/), { timeout: 2_000 });
  await synced(page);
});

test("4 after saving offline it says: saved on this phone, will upload when connected", async ({ field }) => {
  const { page } = field;
  await goOffline(field);
  await openHousehold(page, personIn("101"));
  await visit(page, VISITED());
  await expect(
    page.getByText(say("已保存在本机,联网后自动上传", "Saved on this phone, will upload when connected")),
  ).toBeVisible();
  await goOnline(field);
  await expect(
    page.getByText(say("已保存,也已上传到社区", "Saved, and uploaded to the office")),
  ).toBeVisible();
});

test("5 done is an icon, a colour and words, and a failure says what, why, what to do, and whom to ask", async ({
  field,
}) => {
  const { page } = field;
  await openHousehold(page, personIn("101"));
  await visit(page, VISITED());
  const done = page.locator(".status.good", { hasText: VISITED() });
  await expect(done.locator("svg")).toBeVisible();
  await expect(done).toHaveCSS("color", "rgb(28, 116, 48)");

  await goOffline(field);
  await badge(page).click();
  await page.getByRole("button", { name: say("现在同步", "Sync now") }).click();
  // What and why; the next step; a second remedy; a person, and what to tell them.
  await expect(page.getByText(say(/^连不上社区服务器/, /^no connection/))).toBeVisible();
  await expect(page.getByText(say(/换个信号好的地方再试/, /where the signal is better/))).toBeVisible();
  await expect(page.getByText(say(/导出成文件/, /export what is unsent/)).first()).toBeVisible();
  await expect(page.getByText(say(/告诉社区管理员/, /tell the community's admin/))).toBeVisible();
});

test("6 progress is a bar with a percentage: no bare spinner and no countdown to the next try", async ({
  large,
}) => {
  const { page, cable } = large;
  await largeWorker(large, 8);
  const cut = cable.cutAfter({ down: 300_000 });
  await enrol(large);
  await cut;
  const bar = page.getByRole("progressbar");
  await expect(bar).toHaveAttribute("aria-valuenow", /^[1-9]\d?$/);
  await expect(page.getByText(/^[1-9]\d?%/)).toBeVisible();
  await expect(page.locator(".adm-spin-loading, .adm-dot-loading")).toHaveCount(0);
  expect(await page.locator("main").innerText()).not.toMatch(/\d+\s*(秒|s\b|seconds)/);
});

test("7 last updated is on list and card and loses precision after a day, and a reminder comes once a day", async ({
  field,
}) => {
  const { page } = field;
  await expect(page.getByText(say(/资料更新于/, /records as of/))).toContainText(say("今天", "today"));
  await goOffline(field);
  const now = Date.now();
  // Only the page's clock: what it says of the past is its own.
  await page.clock.setFixedTime(now + 50 * 3_600_000);
  await page.reload();
  await expect(page.getByText(say(/资料更新于/, /records as of/))).toContainText(say("2 天前", "2 days ago"));
  const later = page.getByRole("button", { name: say("以后再说", "Later") });
  await expect(page.getByRole("button", { name: say("现在同步", "Sync now") })).toBeVisible();
  await later.first().click();
  await expect(page.getByRole("button", { name: say("现在同步", "Sync now") })).toHaveCount(0);
  await page.reload();
  await expect(heading(page, say("今日", "Today"))).toBeVisible();
  await expect(page.getByText(say(/资料更新于/, /records as of/))).toBeVisible();
  await expect(page.getByRole("button", { name: say("现在同步", "Sync now") })).toHaveCount(0);
  await page.clock.setFixedTime(now + 75 * 3_600_000);
  await page.reload();
  await expect(page.getByRole("button", { name: say("现在同步", "Sync now") })).toBeVisible();
  await openHousehold(page, personIn("101"));
  await expect(page.getByText(say(/资料更新于/, /Records as of/))).toContainText(say("3 天前", "3 days ago"));
});

test("8 the sync page says what waits, and unsent work goes to the relay in a colleague's phone as a file", async ({
  field,
}) => {
  const { page, relay } = field;
  await goOffline(field);
  await openHousehold(page, personIn("101"));
  await visit(page, VISITED(), "楼道堆物,已劝说");
  await badge(page).click();
  await expect(page.getByText(say("1 条", "1 record")).first()).toBeVisible();
  await expect(page.getByText(say("上次同步", "Last sync"))).toBeVisible();
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: say("导出未上传的记录", "Export what is unsent") }).click(),
  ]);
  await expect(page.getByText(say(/已导出 1 条/, /1 record exported/))).toBeVisible();

  const colleague = await relay.phone("李芳", GRID);
  await colleague.say("unsent", "import", await file.path());
  await colleague.sync();
  await expect.poll(() => visitsAtRelay(field, "101")).toMatchObject([{ note: "楼道堆物,已劝说" }]);

  // And the other way round: this phone carries a colleague's.
  await colleague.say("visit", await idOf(colleague, "102"), "--outcome", "done", "--note", "由同事带回");
  const unsent = relay.file("unsent.linli");
  await colleague.say("unsent", "export", unsent);
  await page.locator("input[type=file]").setInputFiles({
    name: "unsent.linli",
    mimeType: "application/octet-stream",
    buffer: await readFile(unsent),
  });
  await expect(page.getByText(say(/已收下同事的 1 条/, /1 record taken/))).toBeVisible();
  await goOnline(field);
  await expect.poll(() => visitsAtRelay(field, "102")).toMatchObject([{ note: "由同事带回" }]);
  // What went both ways counts once.
  await synced(page);
  expect(await visitsAtRelay(field, "101")).toHaveLength(1);
});

test("9 the newest work goes first: a line that breaks early has carried it", async ({ large }) => {
  const { page, cable } = large;
  await largeWorker(large, 3);
  await enrol(large);
  await begin(large);
  await goOffline(large);
  await page.getByRole("listitem").getByRole("link").filter({ hasText: /\d/ }).nth(1).click();
  await page.waitForURL(/household\/\w+/);
  const home = /household\/(\w+)/.exec(page.url())?.[1] ?? "";
  await visit(page, VISITED(), "断线前刚记下的");
  await page.close();

  // A second grid's worth waits at the relay; the line breaks as soon as this phone's own work is through.
  const again = await large.context.newPage();
  cable.mend();
  const cut = cable.cutAfter({ up: 4_000 });
  await large.context.setOffline(false);
  await again.goto(`${cable.url}/app/`);
  await Promise.race([cut, synced(again)]);
  await expect
    .poll(async () => ((await large.relay.officeOne("household", home)).visits as unknown[]).length)
    .toBe(1);
});

test("10 a list that is merely not synced yet says so", async ({ large }) => {
  const { page, cable } = large;
  await largeWorker(large, 8);
  const cut = cable.cutAfter({ down: 400_000 });
  await enrol(large);
  await cut;
  const start = page.getByRole("button", { name: say("开始工作", "Start working") });
  await expect(start).toBeEnabled();
  await start.click();
  await page.getByRole("searchbox").fill("绝无此人");
  await expect(page.getByText(say(/资料还没有全部同步下来/, /Not everything is synced yet/))).toBeVisible();
});

test("11 nearly full storage is warned of early, and the last save is still durable", async ({ field }) => {
  const { page, context, cable } = field;
  const browser = await context.newCDPSession(page);
  const { usage } = await page.evaluate(() => navigator.storage.estimate());
  await browser.send("Storage.overrideQuotaForOrigin", {
    origin: cable.url,
    quotaSize: (usage ?? 0) + 20 * 1024 * 1024,
  });
  await page.reload();
  await expect(page.getByText(say(/手机空间快满了/, /This phone is nearly full/))).toBeVisible();
  await goOffline(field);
  // Not a byte is left.
  await browser.send("Storage.overrideQuotaForOrigin", { origin: cable.url, quotaSize: usage ?? 0 });
  const kept: string[] = [];
  for (const room of ROOMS) {
    await page.goto(`${cable.url}/app/#/`);
    await openHousehold(page, personIn(room));
    await page.getByRole("link", { name: say("记录走访", "Record a visit") }).click();
    await page.getByRole("button", { name: VISITED(), exact: true }).click();
    await page.getByRole("button", { name: say("保存", "Save"), exact: true }).click();
    const saved = heading(page, say("已保存", "Saved"));
    const refused = page.getByText(say(/手机存储已满/, /storage is full/));
    await expect(saved.or(refused)).toBeVisible();
    if (await refused.isVisible()) break;
    kept.push(room);
  }
  expect(kept.length, "saves that found room where there was none").toBeLessThan(ROOMS.length);
  // Whatever the phone called saved is there after its browser was killed.
  await page.close();
  const again = await context.newPage();
  await again.goto(`${cable.url}/app/`);
  await expect(badge(again)).toContainText(kept.length > 0 ? `· ${String(kept.length)}` : OFFLINE());
  const session = await context.newCDPSession(again);
  await session.send("Storage.overrideQuotaForOrigin", { origin: cable.url });
  await goOnline(field);
  await synced(again);
  for (const room of kept) expect(await visitsAtRelay(field, room)).toHaveLength(1);
});

test("12 an update never lands in the middle of a form, and the draft is there afterwards", async ({
  field,
}) => {
  const { page, cable } = field;
  await page.evaluate(() => navigator.serviceWorker.ready);
  await openHousehold(page, personIn("101"));
  await page.getByRole("link", { name: say("记录走访", "Record a visit") }).click();
  await page.getByLabel(say("备注", "Note")).fill("写到一半");
  cable.release("another version");
  await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    const waiting = new Promise((settle) => {
      registration.addEventListener("updatefound", () =>
        registration.installing?.addEventListener("statechange", function () {
          if (this.state === "installed") settle(null);
        }),
      );
    });
    await registration.update();
    await waiting;
  });
  await expect(page.getByLabel(say("备注", "Note"))).toHaveValue("写到一半");
  await expect(page.getByText(say(/应用有新版本/, /new version of the app/))).toHaveCount(0);
  await page.getByRole("button", { name: say("返回", "Back") }).click();
  await page.getByRole("button", { name: say("返回", "Back") }).click();
  await expect(page.getByText(say(/应用有新版本/, /new version of the app/))).toBeVisible();
  await Promise.all([
    page.waitForEvent("load"),
    page.getByRole("button", { name: say("更新", "Update"), exact: true }).click(),
  ]);
  await openHousehold(page, personIn("101"));
  await page.getByRole("link", { name: say("记录走访", "Record a visit") }).click();
  await expect(page.getByLabel(say("备注", "Note"))).toHaveValue("写到一半");
  await expect(page.getByText(say("这是您上次没填完的内容", "You had typed this earlier"))).toBeVisible();
});

/** A worker with so many grids of the large community. */
async function largeWorker({ relay }: Scene, grids: number) {
  const all = await relay.office("grids");
  const codes = all.slice(0, grids).map(({ code }) => String(code));
  await relay.office("workers", "add", WORKER, "--grid", ...codes);
}

async function idOf(phone: Phone, room: string): Promise<string> {
  const [home] = await phone.households(personIn(room));
  return String(home?.id);
}
