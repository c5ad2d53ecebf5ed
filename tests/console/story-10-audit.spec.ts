/** The audit: who did what, found again, taken home as a file, and an altered row that does not go unseen. */
import type { Page } from "@playwright/test";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readSheet } from "read-excel-file/node";
import { ADMIN, COMMUNITY, confirmPassword, expect, judge, open, say, signIn, test } from "./src/story.ts";

/** A spreadsheet would run it; it is somebody's account name. */
const FORMULA = "=cmd()";
/** The subject of a deed, found again on disk by somebody who should not write there. */
const SUBJECT = "no-such-grid-4711";

test("every deed is found again, refusals too, and leaves as a file in which nothing runs", async ({
  office,
}) => {
  const { relay, page } = office;
  await addUser(page);
  await expect(
    relay.api(`/v1/grids/${SUBJECT}`, { method: "PATCH", body: '{"name":"新名"}' }),
  ).rejects.toThrow("404");
  await open(page, "审计", "Audit");
  const rows = page.locator("[data-row-key]");
  const drawn = page.getByRole("row").filter({ hasText: SUBJECT });
  await expect(drawn).toContainText(say("命令行(管理令牌)", "Command line (admin token)"));
  await expect(drawn).toContainText(say("未成(404)", "Failed (404)"));
  await expect(page.getByText(say("记录完整", "Chain is whole"))).toBeVisible();
  const all = await rows.count();

  await choose(page, say("操作", "Action"), say("管理账号", "Accounts managed"));
  await expect(drawn).toHaveCount(0);
  const managed = rows.filter({ hasText: ADMIN.name });
  await expect(managed.filter({ hasText: say("完成", "Done") })).toHaveCount(1);
  expect(await rows.count()).toBeLessThan(all);
  await judge(page, "10-audit-filtered");

  const book = page.waitForEvent("download");
  // The password was given a moment ago, for the account.
  await exportAs(page, "XLSX");
  const file = await readSheet(await (await book).path());
  expect(file.length - 1, "the file holds what the page shows").toBe(await rows.count());
  expect(file.flat()).toContain(ADMIN.name);

  await page.locator(".ant-select-clear").click();
  await page.getByLabel(say("按对象编号查找", "Find a subject id")).fill(SUBJECT);
  await page.keyboard.press("Enter");
  await expect(rows).toHaveCount(1);
  await page.getByLabel(say("按对象编号查找", "Find a subject id")).fill("nobody-did-this");
  await page.keyboard.press("Enter");
  await expect(page.getByText(say("没有符合条件的记录", "No records like that"))).toBeVisible();
  await judge(page, "10-audit-none");
});

test("a name that a spreadsheet would run does not run in the file", async ({ office }) => {
  const { relay, page } = office;
  await addUser(page);
  await page.getByRole("banner").getByRole("button", { name: ADMIN.name }).click();
  await page.getByRole("menuitem", { name: say("退出登录", "Sign out") }).click();
  await expect(page.getByRole("heading", { name: COMMUNITY })).toBeVisible();
  await signIn(page, FORMULA, ADMIN.password);
  await expect(page.getByRole("banner")).toContainText(FORMULA);
  await open(page, "审计", "Audit");
  await expect(page.locator("[data-row-key]").filter({ hasText: FORMULA }).first()).toBeVisible();
  const csv = page.waitForEvent("download");
  await exportAs(page, "CSV");
  await confirmPassword(page);
  const text = await readFile(await (await csv).path(), "utf8");
  expect(text).toContain(`'${FORMULA}`);
  expect(relay.log).not.toContain(FORMULA);
});

test("a row that was altered behind the relay's back is named", async ({ office }) => {
  const { relay, page } = office;
  await expect(
    relay.api(`/v1/grids/${SUBJECT}`, { method: "PATCH", body: '{"name":"新名"}' }),
  ).rejects.toThrow("404");
  await open(page, "审计", "Audit");
  const drawn = page.getByRole("row").filter({ hasText: SUBJECT });
  const id = await drawn.getAttribute("data-row-key");
  await relay.stop();
  await rewrite(join(relay.data, "office.db"), SUBJECT, SUBJECT.replace("4711", "4712"));
  await relay.restart();
  await page.reload();
  await expect(page.getByText(say(`第 ${id} 条起被改动或缺失`, `from record ${id} on`))).toBeVisible();
  await judge(page, "10-audit-broken");
});

/** Writes other words of the same length into a file, wherever the old ones stand. */
async function rewrite(path: string, old: string, other: string) {
  const bytes = await readFile(path);
  let places = 0;
  for (let at = bytes.indexOf(old); at !== -1; at = bytes.indexOf(old, at + 1)) {
    bytes.write(other, at);
    places += 1;
  }
  expect(places, "the deed is on disk").toBeGreaterThan(0);
  await writeFile(path, bytes);
}

async function addUser(page: Page) {
  await open(page, "用户", "Users");
  await page.getByRole("button", { name: say("添加用户", "Add user") }).click();
  const form = page.getByRole("dialog", { name: say("添加用户", "Add user") });
  await form.getByLabel(say("账号名", "Account name")).fill(FORMULA);
  await form.getByRole("radio", { name: say("管理员", "Admin") }).check();
  await form.getByLabel(say("初始密码", "First password")).fill(ADMIN.password);
  await form.getByLabel(say("再输一次密码", "Password once more")).fill(ADMIN.password);
  await form.getByRole("button", { name: say("添加用户", "Add user") }).click();
  await confirmPassword(page);
  await expect(page.getByRole("row").filter({ hasText: FORMULA })).toBeVisible();
}

async function choose(page: Page, label: string, option: string) {
  const box = page.getByRole("combobox", { name: label });
  await box.click();
  await box.fill(option);
  await page.locator(".ant-select-item-option").filter({ hasText: option, visible: true }).first().click();
}

async function exportAs(page: Page, format: string) {
  await page.getByRole("button", { name: say("导出", "Export") }).click();
  await page.getByRole("menuitem", { name: format }).click();
}
