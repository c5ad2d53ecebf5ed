/** Ledgers: what was noted at a door stands there by itself, is counted, compared with yesterday, and taken out. */
import type { Download, Page } from "@playwright/test";
import { readFile } from "node:fs/promises";
import { readSheet } from "read-excel-file/node";
import type { Phone } from "./src/phone.ts";
import type { Relay } from "./src/relay.ts";
import { ADMIN, confirmPassword, expect, judge, open, say, signIn, test } from "./src/story.ts";

/** A name that a spreadsheet would run, and one that a page would. */
const FORMULA = "=cmd()";
const SCRIPT = "<script>alert(1)</script>";
const AWAY = { zh: "常住人员节假日外出", en: "Permanent residents away for the festival" };
const OWN = { zh: "春节外出台账", en: "Away over New Year" };

test("what a worker noted at a door stands in the ledger, is exported, and compared with yesterday", async ({
  large,
}) => {
  const { relay, page } = large;
  const [grid] = await relay.office("grids");
  const phone = await relay.phone("陈静", String(grid?.code));
  const [first, second, third] = await residents(relay, String(grid?.code));
  if (!first || !second || !third) throw new Error("a grid of a large community has residents");

  await open(page, "台账", "Ledgers");
  await expect(page.getByRole("heading", { name: say(AWAY.zh, AWAY.en) })).toBeVisible();
  await expect(page.getByText(say("没有符合条件的记录", "No record fits"))).toBeVisible();
  await judge(page, "08-ledgers-empty");

  // At the door, without a connection.
  await note(phone, first, "name", FORMULA);
  await note(phone, first, "away_to", "湖北黄石");
  await note(phone, first, "away_from", "2026-02-10");
  await note(phone, second, "name", SCRIPT);
  await note(phone, second, "away_to", "@SUM(A1)");
  await note(phone, second, "travel_place", "某地");
  await phone.sync();

  await page.reload();
  const row = page.getByRole("row").filter({ hasText: FORMULA });
  await expect(row).toContainText("湖北黄石");
  await expect(page.getByRole("row").filter({ hasText: SCRIPT })).toContainText("@SUM(A1)");
  await judge(page, "08-ledgers-away");

  // A ledger of one's own, with yesterday in mind.
  await page.getByRole("button", { name: say("另存为", "Keep a copy") }).click();
  const form = page.getByRole("dialog", { name: say("新建台账", "New ledger") });
  await form.getByLabel(say("台账名称", "Name of the ledger")).fill(say(OWN.zh, OWN.en));
  await expect(form.getByRole("status")).toContainText(say("2 行", "2 rows"));
  await form.getByRole("button", { name: say("添加条件", "Add a condition") }).click();
  await choose(page, say("条件 3:字段", "Condition 3: field"), say("户标签", "Household tags"), true);
  await judge(page, "08-ledger-builder");
  await form.getByRole("button", { name: say("删除条件 3", "Remove condition 3") }).click();
  await form.getByRole("button", { name: say("保存", "Save") }).click();
  await expect(page.getByRole("heading", { name: say(OWN.zh, OWN.en) })).toBeVisible();
  await expect(row).toBeVisible();

  // The file says what the page says, and nothing in it runs.
  await page.getByRole("button", { name: say("导出与打印", "Export and print") }).click();
  await judge(page, "08-ledger-files");
  const dialog = page.getByRole("dialog", { name: say("导出与打印", "Export and print") });
  const download = page.waitForEvent("download");
  await dialog.getByRole("button", { name: say("下载文件", "Download") }).click();
  await confirmPassword(page);
  const file = await sheet(await download);
  const shown = await table(page);
  expect(file).toEqual(shown);
  expect(file.flat()).toContain(FORMULA);
  const csv = page.waitForEvent("download");
  await page.getByLabel("CSV").check();
  await dialog.getByRole("button", { name: say("下载文件", "Download") }).click();
  expect(await readFile(await (await csv).path(), "utf8")).toContain(`'${FORMULA}`);

  // On paper: only the sheet, with who printed it.
  await page.evaluate(() => (window.print = () => undefined));
  await dialog.getByRole("button", { name: say("打印", "Print") }).click();
  const paper = page.locator(".print-sheet");
  await expect(paper).toContainText(ADMIN.name);
  await page.emulateMedia({ media: "print" });
  await expect(paper).toBeVisible();
  await expect(page.locator("#root")).toBeHidden();
  await page.screenshot({ path: `test-results/screens/${test.info().project.name}/08-ledger-paper.png` });
  await page.emulateMedia({ media: null });
  await page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
  await expect(paper).toHaveCount(0);
  await page.keyboard.press("Escape");

  // Counts without names.
  await page.getByRole("button", { name: say("汇总上报", "Totals") }).click();
  const totals = page.getByRole("dialog").filter({ hasText: say("没有姓名", "no names") });
  await expect(totals.getByRole("row").filter({ hasText: String(grid?.code) })).toContainText("2");
  await expect(totals).not.toContainText(FORMULA);
  await judge(page, "08-ledger-totals");
  await page.keyboard.press("Escape");

  // The next day, somebody else has left and somebody is back.
  await note(phone, third, "away_to", "河北承德");
  await note(phone, second, "back_on", "2026-02-20");
  await phone.sync();
  await relay.restart("SIGTERM", 1);
  await note(phone, first, "away_to", "湖北武汉");
  await phone.sync();
  await page.reload();
  await signIn(page, ADMIN.name, ADMIN.password);
  await expect(page.getByRole("heading", { name: say(OWN.zh, OWN.en) })).toBeVisible();
  // The new day is kept as soon as the relay has worked it out.
  const kept = `/v1/ledgers/${await idOf(page)}/snapshots`;
  await expect.poll(async () => (await relay.api(kept)).length).toBe(2);
  const days = await relay.api(kept);
  const yesterday = String(days[days.length - 1].day);
  await choose(
    page,
    say("与某一天对比", "Compare with a day"),
    say(`与 ${yesterday} 对比`, `Compare with ${yesterday}`),
  );
  await expect(
    page.getByText(say("新增 1 · 移出 1 · 改动 1", "1 added · 1 removed · 1 changed")),
  ).toBeVisible();
  await expect(page.getByRole("row").filter({ hasText: FORMULA })).toContainText("湖北武汉");
  await judge(page, "08-ledger-difference");
  await choose(page, say("日期", "Day"), yesterday);
  await page.getByLabel(say("与某一天对比", "Compare with a day")).press("Delete");
});

test("a visit ledger of a large community is counted and walked by keyboard", async ({ large }) => {
  const { relay, page } = large;
  const definition = {
    base: "household",
    columns: ["grid", "address", "residents", "tags", "visits"],
    groups: ["estate"],
  };
  await relay.api("/v1/ledgers", {
    method: "POST",
    body: JSON.stringify({ name: "全部住户", shared: true, definition }),
  });
  await open(page, "台账", "Ledgers");
  await page.getByRole("menuitem", { name: "全部住户" }).click();
  await expect(page.getByText(say("已显示 500 行,共 11500 行", "500 of 11500 rows shown"))).toBeVisible();
  await judge(page, "08-ledger-large");
  await page.locator("[data-row-key]").first().focus();
  for (let step = 0; step < 30; step += 1) await page.keyboard.press("ArrowDown");
  await expect(page.locator("[data-row-key]:focus")).toBeInViewport();
  await page.getByRole("button", { name: say("显示更多", "Show more") }).click();
  await expect(page.getByText(say("已显示 1000 行,共 11500 行", "1000 of 11500 rows shown"))).toBeVisible();
  await page.getByRole("button", { name: say("汇总上报", "Totals") }).click();
  await expect(page.getByRole("dialog").getByRole("row")).toHaveCount(6);
  await judge(page, "08-ledger-large-totals");
});

interface Person {
  household: string;
  resident: string;
}

async function residents(relay: Relay, grid: string): Promise<Person[]> {
  const households = await relay.api(`/v1/households?grid=${grid}&limit=3`);
  const found: Person[] = [];
  for (const { id } of households as unknown as { id: string }[]) {
    const household = await relay.api(`/v1/households/${id}`);
    found.push({ household: id, resident: String(household.residents[0].id) });
  }
  return found;
}

async function note(phone: Phone, { household, resident }: Person, field: string, value: string) {
  await phone.say("edit-resident", household, resident, field, value);
}

/** Picks from a list that drops down; a long one is drawn in part, so it is searched first. */
async function choose(page: Page, label: string, option: string, searched = false) {
  const box = page.getByRole("combobox", { name: label, exact: true });
  await box.click();
  if (searched) await box.fill(option);
  // The options of a list that was open before stay in the page, hidden.
  const options = page.locator(".ant-select-item-option").filter({ hasText: option, visible: true });
  await options.first().click();
  await box.press("Tab");
}

async function idOf(page: Page): Promise<string> {
  return new URLSearchParams(page.url().split("?")[1]).get("ledger") ?? "";
}

/** The file's cells as text, without its heading. */
async function sheet(download: Download): Promise<string[][]> {
  const rows = await readSheet(await download.path());
  return rows.slice(1).map((row) => row.map((cell) => (cell === null ? "—" : String(cell))));
}

/** The page's cells as text. */
async function table(page: Page): Promise<string[][]> {
  const rows = await page.locator("[data-row-key]").all();
  return Promise.all(rows.map((row) => row.locator("td").allInnerTexts()));
}
