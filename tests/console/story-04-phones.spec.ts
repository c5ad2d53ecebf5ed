/** Phones: let in by a QR code and a compared fingerprint, stopped, and what they hand in afterwards. */
import type { Page } from "@playwright/test";
import { writeFile } from "node:fs/promises";
import { Phone } from "./src/phone.ts";
import type { Relay } from "./src/relay.ts";
import { confirmPassword, expect, judge, open, say, test } from "./src/story.ts";

const WORKERS = ["陈静", "李强", "王芳"];
const GRID = "999999000001001";

test("a phone is let in, stopped in the middle of its work, and nothing is lost", async ({ office }) => {
  const { relay, page } = office;
  await prepare(relay);
  await open(page, "手机", "Phones");
  await expect(page.getByText(say("还没有手机", "No phones yet"))).toBeVisible();
  await judge(page, "04-phones-none");

  // A code, the password given again on the way, and the QR code as a phone would scan it.
  await page
    .getByRole("main")
    .getByRole("button", { name: say("登记手机", "Enrol a phone") })
    .first()
    .click();
  const dialog = page.getByRole("dialog", { name: say("登记手机", "Enrol a phone") });
  await dialog.getByRole("combobox").fill("陈静");
  await page.getByTitle("陈静", { exact: true }).click();
  await judge(page, "04-enrol");
  await dialog.getByRole("button", { name: say("生成登记码", "Make a code") }).click();
  await confirmPassword(page);
  const qr = dialog.getByRole("img", { name: say("登记二维码", "QR code for enrolling") });
  await expect(qr.locator("svg")).toBeVisible();
  const payload = await qr.getAttribute("data-payload");
  await judge(page, "04-enrol-code");

  const chen = new Phone(relay.file("phone-chen"));
  await chen.say("enrol", String(payload));
  const waiting = await chen.one("sync");
  expect(waiting.told.code).toBe("sync.waiting");
  const { fingerprint } = await chen.one("status");
  await expect(dialog.locator(`[data-fingerprint="${String(fingerprint)}"]`)).toHaveText(String(fingerprint));
  await judge(page, "04-enrol-compare");
  await dialog
    .getByRole("button", { name: say("关闭", "Close"), exact: true })
    .last()
    .click();
  await expect(page.getByRole("region", { name: say("等待确认的手机", "Phones waiting") })).toBeVisible();
  await judge(page, "04-phones-waiting");
  await page.getByRole("button", { name: say("指纹一致,确认", "Same: confirm") }).click();
  await expect(row(page, "陈静")).toContainText(say("使用中", "Active"));
  await chen.sync();
  const [home] = await chen.households("101");
  expect(home).toBeDefined();

  // Suspended with unsent work, which it still hands in.
  await chen.say("visit", String(home?.id), "--outcome", "done", "--note", "燃气软管已更换");
  await row(page, "陈静").click();
  await page.getByRole("button", { name: say("暂停使用", "Suspend") }).click();
  await judge(page, "04-suspend");
  await giveReason(page, "手机丢失", say("暂停使用", "Suspend"));
  await expect(row(page, "陈静")).toContainText(say("已暂停", "Suspended"));
  await judge(page, "04-phone");
  const told = await chen.one("sync");
  expect([told.sent, told.told.code]).toEqual([1, "sync.suspended"]);
  expect((await chen.one("status")).unsent).toBe(0);
  expect((await relay.officeOne("status")).visits).toBe(0);
  await page.keyboard.press("Escape");

  await page.getByText(say("待审核 1", "To review 1"), { exact: true }).click();
  await row(page, "陈静").press("Enter");
  const batch = page.getByRole("dialog");
  await expect(batch).toContainText("燃气软管已更换");
  await judge(page, "04-review");
  await batch.getByRole("button", { name: say("接受并入", "Accept") }).click();
  await giveReason(page, "已与本人核实", say("接受并入", "Accept"));
  await expect(page.getByText(say("没有数据", "Nothing here"))).toBeVisible();
  expect((await relay.officeOne("status")).visits).toBe(1);
  const known = await relay.officeOne("household", String(home?.id));
  expect(JSON.stringify(known.visits)).toContain("陈静");
});

test("a sheet of cards for many workers", async ({ office }) => {
  const { relay, page } = office;
  await prepare(relay);
  await open(page, "手机", "Phones");
  await page.getByRole("button", { name: say("打印登记卡", "Print cards") }).click();
  await page.getByRole("button", { name: say("全选", "Choose all") }).click();
  await judge(page, "04-sheet-choose");
  await page.getByRole("button", { name: say("生成登记卡", "Make the cards") }).click();
  await confirmPassword(page);
  await expect(page.getByRole("listitem").filter({ has: page.getByRole("img") })).toHaveCount(WORKERS.length);
  await judge(page, "04-sheet");
  await page.emulateMedia({ media: "print" });
  await judge(page, "04-sheet-print");
});

async function prepare(relay: Relay) {
  const doors = ["101", "102", "201", "202"].map(
    (room) => `${GRID},阳光花园,1,1,${room},住户${room},1380000${room}0`,
  );
  const roster = relay.file("名册.csv");
  await writeFile(roster, ["网格编码,小区,楼栋,单元,房号,姓名,联系电话", ...doors].join("\n"));
  await relay.office("import", "roster", roster, "--community", "样例社区");
  for (const worker of WORKERS) await relay.office("workers", "add", worker, "--grid", GRID);
}

function row(page: Page, text: string) {
  return page.locator("[data-row-key]").filter({ hasText: text });
}

async function giveReason(page: Page, reason: string, ok: string) {
  const dialog = page.getByRole("dialog").filter({ has: page.locator("#reason") });
  await dialog.locator("#reason").fill(reason);
  await dialog.getByRole("button", { name: ok }).click();
  await expect(dialog).toBeHidden();
}
