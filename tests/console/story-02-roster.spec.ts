/** Rosters: dropped, understood, corrected, counted, imported with a bar that has an end, and taken back. */
import { open as openFile, readFile, writeFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { ADMIN, COMMUNITY, expect, judge, open, say, test, type Scene } from "./src/story.ts";

const SCRIPT = "<script>alert`1`</script>李";
const FORMULA = "=cmd()";
const HEADER = ["网格编码", "小区", "楼栋", "单元", "房号", "怎么称呼", "联系电话", "备注"];
const GRID = "999999000001001";
const MANY = 3_000;

type Row = [room: string, name: string, phone: string, note: string];

/** A roster as an office would have it, but for what the names are headed with. */
async function roster({ relay }: Scene, name: string, rows: Row[], header = HEADER): Promise<string> {
  const lines = rows.map(([room, ...rest]) => [GRID, "阳光花园", "1", "1", room, ...rest].join(","));
  const file = relay.file(name);
  await writeFile(file, ["\ufeff" + header.join(","), ...lines, ""].join("\r\n"));
  return file;
}

const UNDERSTOOD = HEADER.map((title) => (title === "怎么称呼" ? "姓名" : title));

async function drop(page: Page, file: string) {
  await page.locator("input[type=file]").setInputFiles(file);
}

function button(page: Page, zh: string | RegExp, en: string | RegExp) {
  return page.getByRole("button", { name: say(zh, en) });
}

function count(page: Page, name: string) {
  return page.locator(`[data-count=${name}] dd`);
}

const next = (page: Page) => button(page, "下一步:预览", "Next: preview").click();
const start = (page: Page) => button(page, /^导入 [\d,]+ 户/, /^Import [\d,]+ households/).click();

async function done(page: Page) {
  await expect(page.getByText(say("导入完成", "Imported"), { exact: true })).toBeVisible({
    timeout: 120_000,
  });
}

test("a roster is corrected, counted and imported; what is wrong with it is said", async ({ office }) => {
  const { page, relay } = office;
  await open(page, "名册导入", "Import roster");
  await expect(page.getByText(say("还没有导入过名册", "No roster has been imported yet"))).toBeVisible();
  await judge(page, "02-roster-first");

  // A picture that somebody renamed, and a film.
  const picture = relay.file("名册.xlsx");
  await writeFile(picture, Buffer.from("89504e470d0a1a0a0000000d49484452000002000000", "hex"));
  await drop(page, picture);
  await expect(
    page.getByText(say("请选择 .xlsx、.xls 或 .csv 文件", "not a CSV, XLSX or XLS spreadsheet")),
  ).toBeVisible();
  await judge(page, "02-roster-wrong-type");
  const film = await openFile(relay.file("录像.xlsx"), "w");
  await film.truncate(200 * 1024 * 1024);
  await film.close();
  await drop(page, relay.file("录像.xlsx"));
  await expect(page.getByText(say("文件有 200.0 MB", "The file has 200.0 MB"))).toBeVisible();

  const file = await roster(office, "居民名册.csv", [
    ["101", "王秀英", "13800000001", ""],
    ["102", SCRIPT, "13800000002", FORMULA],
    ["103", "张丽华", "'=cmd()", ""],
    ["104", "12345", "13800000004", ""],
    ["105", "刘志刚", "13800000005", "有狗"],
  ]);
  await drop(page, file);
  await expect(
    page.getByText(
      say("还不能导入,请先指定列的含义", "This cannot be imported yet: say what the columns mean"),
    ),
  ).toBeVisible();
  await expect(button(page, "下一步:预览", "Next: preview")).toBeDisabled();
  await judge(page, "02-roster-columns");

  // The session ends in the middle: the correction is asked for once more by itself.
  await page.context().clearCookies();
  const meaning = page.getByRole("combobox", { name: /怎么称呼/ });
  await meaning.fill(say("姓名", "name"));
  await page.keyboard.press("Enter");
  const again = page.getByRole("dialog", { name: say("登录已过期", "Your session has ended") });
  await again.getByLabel(say("密码", "Password"), { exact: true }).fill(ADMIN.password);
  await again.getByRole("button", { name: say("登录并继续", "Sign in and go on") }).click();
  await expect(page.getByText(say("人工指定", "Set by a person"))).toBeVisible();
  await page.reload();
  await expect(page.getByText(say("人工指定", "Set by a person"))).toBeVisible();
  await judge(page, "02-roster-corrected");

  await next(page);
  await expect(count(page, "households_new")).toHaveText("3");
  const bad = page.getByRole("region", { name: say("读不了的行", "Rows that cannot be read") });
  await expect(bad).toContainText(FORMULA);
  await expect(bad).toContainText("12345");
  await judge(page, "02-roster-preview");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    button(page, "下载退回的行", "Download rejects").click(),
  ]);
  expect(download.suggestedFilename()).toBe("rejects.csv");
  const rejects = await readFile(await download.path(), "utf8");
  expect(rejects).toContain(`'${FORMULA}`);

  await start(page);
  await done(page);
  await expect(page.getByText(new RegExp(`${ADMIN.name}.*${COMMUNITY}`))).toBeVisible();
  await judge(page, "02-roster-done");
  await button(page, "查看各户", "Look at the households").click();
  await expect(page.getByText(SCRIPT)).toBeVisible();
});

test("an import goes on by itself when the relay loses power", async ({ office }) => {
  const { page, relay } = office;
  await open(page, "名册导入", "Import roster");
  const rows = Array.from({ length: MANY }, (_, at): Row => {
    return [String(101 + at), `王${String.fromCharCode(0x4e10 + at)}`, "", ""];
  });
  await drop(page, await roster(office, "大名册.csv", rows, UNDERSTOOD));
  await expect(page.getByText(say("自动识别", "Recognised")).first()).toBeVisible();
  await judge(page, "02-roster-understood");
  await next(page);
  await expect(count(page, "households_new")).toHaveText("3,000", { timeout: 120_000 });
  await start(page);
  await expect(page.getByRole("progressbar")).toBeVisible();
  await judge(page, "02-roster-running");
  await relay.restart("SIGKILL");
  await done(page);
  await expect(count(page, "households_new")).toHaveText("3,000");
  expect((await relay.officeOne("status")).households).toBe(MANY);

  // What an undo of so many would do is counted behind a bar that has an end.
  await button(page, "撤销导入", "Undo import").click();
  const dialog = page.getByRole("dialog", { name: say(/^撤销导入/, /^Undo the import/) });
  await expect(dialog.getByRole("progressbar")).toBeVisible();
  await expect(dialog.getByRole("button", { name: say("撤销这次导入", "Undo this import") })).toBeDisabled();
  await judge(page, "02-roster-undo-counting");
  await expect(dialog.getByText(say(/新增的 3,?000 户/, /withdraws 3,?000 households/))).toBeVisible();
});

test("an undo says before what it does, and leaves what somebody touched", async ({ office }) => {
  const { page, relay } = office;
  await open(page, "名册导入", "Import roster");
  const names = ["王秀英", "李国强", "张丽华"];
  const rows = names.map((name, at): Row => [String(101 + at), name, `1380000000${String(at)}`, ""]);
  await drop(page, await roster(office, "用错的名册.csv", rows, UNDERSTOOD));
  await next(page);
  await start(page);
  await done(page);

  const phone = await relay.phone("陈静", GRID);
  const [visited] = await phone.households("王秀英");
  await phone.one("visit", String(visited?.id), "--outcome", "done");
  await phone.sync();

  await button(page, "返回列表", "Back to the list").click();
  await expect(page.getByText(say("新增 3 户", "3 new"))).toBeVisible();
  await judge(page, "02-roster-history");
  await button(page, "撤销导入", "Undo import").click();
  const dialog = page.getByRole("dialog", { name: say(/^撤销导入/, /^Undo the import/) });
  await expect(
    dialog.getByText(say("撤下这次导入新增的 2 户", "withdraws 2 households that this import brought")),
  ).toBeVisible();
  await expect(dialog.getByText(say("已走访", "visited"), { exact: false }).last()).toBeVisible();
  await judge(page, "02-roster-undo");
  await dialog.getByRole("button", { name: say("撤销这次导入", "Undo this import") }).click();
  await expect(dialog.getByText(say("请填写", "Please fill this in"))).toBeVisible();
  await dialog.getByLabel(say("原因", "Reason")).fill("用错了去年的文件");
  await dialog.getByRole("button", { name: say("撤销这次导入", "Undo this import") }).click();
  await expect(
    page.getByText(say("这次导入已撤销", "This import was undone"), { exact: true }),
  ).toBeVisible();
  await expect(page.getByText("用错了去年的文件")).toBeVisible();
  await judge(page, "02-roster-undone");
  expect((await relay.officeOne("status")).households).toBe(1);
  expect(await relay.office("households", "--search", "李国强")).toEqual([]);
});
