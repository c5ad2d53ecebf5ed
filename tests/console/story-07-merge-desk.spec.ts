/** The merge desk: what phones disagree on is decided, taken back, and told; households become one or stay two. */
import { writeFile } from "node:fs/promises";
import type { Browser, Page } from "@playwright/test";
import type { Phone } from "./src/phone.ts";
import type { Relay } from "./src/relay.ts";
import { ADMIN, COMMUNITY, expect, judge, open, say, signIn, test, type Scene } from "./src/story.ts";

const CLERK = { name: "赵干事", password: "yang-guang-hua-yuan" };
const GRID = "999999000001001";
const EVIL = "<script>alert(1)</script>";

/** Eight doors, two workers whose phones know them all. */
async function community(relay: Relay) {
  const header = "网格编码,小区,楼栋,单元,房号,姓名,联系电话,备注\n";
  const rows = [1, 2, 3, 4, 5, 6, 7, 8].map(
    (door) => `${GRID},阳光花园,1,1,10${door},王芳${"一二三四五六七八"[door - 1]},1380000000${door},\n`,
  );
  const file = relay.file("名册.csv");
  await writeFile(file, `\ufeff${header}${rows.join("")}`);
  await relay.office("import", "roster", file, "--community", COMMUNITY);
  const [chen, li] = [await relay.phone("陈静", GRID), await relay.phone("李强", GRID)];
  const homes = (await relay.office("households")).map((it) => String(it.id));
  return { chen, li, homes };
}

type Field = Awaited<ReturnType<typeof community>>;

/** Both write the same field without having seen each other. */
async function clash({ chen, li }: Field, home: string | undefined, field: string, values: [string, string]) {
  await chen.say("edit", String(home), field, values[0]);
  await li.say("edit", String(home), field, values[1]);
}

async function everyoneSyncs(...phones: Phone[]) {
  for (const phone of [...phones, ...phones]) await phone.sync();
}

async function toDesk(page: Page) {
  await open(page, "合并台", "Merge desk");
  await expect(page.getByRole("listbox")).toBeVisible();
}

/** A colleague with an account, in another browser. */
async function colleague(browser: Browser, { relay }: Scene): Promise<Page> {
  const password = relay.file("password");
  await writeFile(password, CLERK.password);
  await relay.office("users", "add", CLERK.name, "--role", "office", "--password-file", password);
  const { viewport, locale, timezoneId } = test.info().project.use;
  const context = await browser.newContext({ viewport, locale, timezoneId });
  const theirs = await context.newPage();
  await theirs.goto(relay.url);
  await signIn(theirs, CLERK.name, CLERK.password);
  await expect(theirs.getByRole("navigation")).toBeVisible();
  return theirs;
}

const rows = (page: Page) => page.getByRole("option");

test("a desk without work says so", async ({ office }) => {
  const { page } = office;
  await open(page, "合并台", "Merge desk");
  await expect(page.getByText(say("没有待处理的冲突", "No conflict waits"))).toBeVisible();
  await judge(page, "07-empty");
  for (const [zh, en, none] of [
    ["疑似重复", "Duplicates", say("没有疑似重复的户", "No household looks like another")],
    ["已自动了结", "Settled by itself", say("没有自动了结的", "Nothing was settled by itself")],
    ["已处理", "Done", say("还没有", "None yet")],
  ] as const) {
    await page.getByRole("tab", { name: say(zh, en) }).click();
    await expect(page.getByText(none, { exact: true })).toBeVisible();
  }
});

test("a conflict is decided by keyboard alone, told to the phone, and taken back", async ({ office }) => {
  const { relay, page } = office;
  const field = await community(relay);
  const { chen, li, homes } = field;
  await clash(field, homes[0], "contact_phone", ["13900001111", "13900002222"]);
  await clash(field, homes[1], "note", [EVIL, "有狗"]);
  await everyoneSyncs(chen, li);

  await toDesk(page);
  await expect(rows(page)).toHaveCount(2);
  await expect(page.getByText(EVIL).first()).toBeVisible();
  const first = await page.getByRole("option", { selected: true }).textContent();
  await page.keyboard.press("j");
  await expect(page.getByRole("option", { selected: true })).not.toHaveText(first ?? "");
  await page.keyboard.press("k");
  await expect(page.getByRole("option", { selected: true })).toHaveText(first ?? "");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: say("快捷键", "Keys") })).toBeVisible();
  await judge(page, "07-keys");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();

  // To the conflict about the telephone, whichever place it has.
  const detail = page.locator(".desk-detail");
  const title = detail.getByRole("heading", { name: say("联系电话", "Contact phone") });
  if (!(await title.isVisible())) await page.keyboard.press("j");
  await expect(title).toBeVisible();
  await expect(detail.getByText(say("建议:填写时间最新", "Proposed: it is the newest"))).toBeVisible();
  await expect(detail.getByText("陈静")).toBeVisible();
  await expect(
    detail.getByRole("heading", { name: say("这一户的其他信息", "The rest of this household") }),
  ).toBeVisible();
  await judge(page, "07-conflict");

  const mine = detail.locator(".desk-value", { hasText: "13900001111" });
  const number = (await mine.locator("kbd").textContent()) ?? "";
  await page.keyboard.press(number);
  await expect(mine.getByRole("radio")).toBeChecked();
  await page.keyboard.press("Enter");
  await expect(detail.getByRole("alert")).toContainText(say("请写明原因", "Give a reason"));
  await page.keyboard.type("打过电话");
  await page.keyboard.press("Enter");
  const last = page.getByRole("status").filter({ hasText: "13900001111" });
  await expect(last).toBeVisible();
  await expect(rows(page)).toHaveCount(1);

  await everyoneSyncs(chen, li);
  const told = await li.one("notices");
  expect([told.kept, told.mine, told.reason]).toEqual(["13900001111", "13900002222", "打过电话"]);
  expect((await chen.one("household", homes[0] ?? "")).contact_phone).toBe("13900001111");

  await page.keyboard.press("Escape");
  await page.keyboard.press("u");
  const why = page.getByRole("dialog");
  await expect(why).toContainText(say("撤销", "Take back"));
  await judge(page, "07-undo");
  await page.keyboard.type("打错了");
  await why.getByRole("button", { name: say("撤销", "Undo") }).click();
  await expect(rows(page)).toHaveCount(2);
  await expect(detail.getByText(say("撤销过一次裁定", "took a decision back"))).toBeVisible();
  await judge(page, "07-reopened");
  await everyoneSyncs(chen, li);
  const news = await li.say("notices");
  expect(news.find((notice) => notice.undone === true)?.reason).toBe("打错了");
  expect((await li.say("conflicts")).length).toBe(2);

  // Another value, typed.
  await page.keyboard.press("o");
  await page.keyboard.type("13700003333");
  await page.keyboard.press("Escape");
  await page.keyboard.press("r");
  await page.keyboard.type("上门问过");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status").filter({ hasText: "13700003333" })).toBeVisible();
  await page.getByRole("tab", { name: say("已处理", "Done") }).click();
  await expect(page.getByRole("row").filter({ hasText: "13700003333" })).toContainText(ADMIN.name);
  await judge(page, "07-done");
});

test("two admins at one conflict: nothing is lost and the second is told", async ({ office, browser }) => {
  const { relay, page } = office;
  const field = await community(relay);
  await clash(field, field.homes[0], "contact_phone", ["13900001111", "13900002222"]);
  await everyoneSyncs(field.chen, field.li);
  const theirs = await colleague(browser, office);
  const claimed = page.waitForResponse((it) => it.url().endsWith("/claim") && it.ok());
  await toDesk(page);
  await claimed;
  await toDesk(theirs);
  await expect(theirs.locator(".desk-detail").getByText(ADMIN.name)).toBeVisible();
  await expect(theirs.getByRole("button", { name: say("保存", "Save") })).toBeDisabled();
  await judge(theirs, "07-claimed");

  // Wang types something; Zhao takes over knowingly and decides.
  await page.keyboard.press("o");
  await page.keyboard.type("13600006666");
  await page.getByLabel(say("原因", "Reason")).fill("我问过本人");
  await theirs.getByRole("button", { name: say("接手", "Take over") }).click();
  await expect(theirs.getByRole("button", { name: say("保存", "Save") })).toBeEnabled();
  await theirs.keyboard.press("1");
  await theirs.getByLabel(say("原因", "Reason")).fill("电话核实");
  await theirs.getByLabel(say("原因", "Reason")).press("Enter");
  await expect(theirs.getByText(say("没有待处理的冲突", "No conflict waits"))).toBeVisible();

  await page.getByLabel(say("原因", "Reason")).press("Enter");
  const message = page.getByRole("alert").filter({ hasText: CLERK.name });
  await expect(message).toContainText("电话核实");
  await expect(page.getByLabel(say("另填:联系电话", "Another Contact phone"))).toHaveValue("13600006666");
  await judge(page, "07-already-resolved");
  const decided = (await relay.office("conflicts", "--status", "resolved"))[0];
  expect(decided?.ended_by.by).toBe(CLERK.name);
  await theirs.context().close();
});

test("the trivial ones are taken together after a look", async ({ office }) => {
  const { relay, page } = office;
  const field = await community(relay);
  const { homes } = field;
  for (const home of homes.slice(0, 4)) await clash(field, home, "note", ["有狗", "有狗,晚上来"]);
  await clash(field, homes[4], "contact_phone", ["13900001111", "13900002222"]);
  await everyoneSyncs(field.chen, field.li);
  await toDesk(page);
  await expect(rows(page)).toHaveCount(5);
  await page.getByRole("button", { name: say("批量采纳简单项(4)", "Accept simple ones (4)") }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("row").filter({ hasText: "有狗,晚上来" })).toHaveCount(4);
  await judge(page, "07-bulk");
  await dialog.getByRole("row").filter({ hasText: "有狗" }).first().getByRole("checkbox").uncheck();
  await dialog.getByRole("button", { name: say("采纳 3 条", "Accept 3") }).click();
  await expect(dialog).toContainText(say("已裁定 3 条", "3 decided"));
  await judge(page, "07-bulk-done");
  await dialog
    .getByRole("button", { name: say("关闭", "Close"), exact: true })
    .last()
    .click();
  await expect(rows(page)).toHaveCount(2);
  expect((await relay.office("conflicts", "--status", "resolved")).length).toBe(3);
});

test("two households stay two, or become one with the values chosen, and two again", async ({ office }) => {
  const { relay, page } = office;
  const { chen, li } = await community(relay);
  const add = async (phone: Phone, address: string, number: string) =>
    String(
      (await phone.one("add-household", "--grid", GRID, "--address", address, "--contact-phone", number)).id,
    );
  const a = await add(chen, "幸福里8号楼1单元101室", "13900004444");
  const b = await add(li, "幸福里8栋1单元101", "13900005555");
  for (const [phone, home] of [
    [chen, a],
    [li, b],
  ] as const) {
    await phone.say("add-resident", home, "--name", "赵铁柱", "--birth", "1950-01-02");
  }
  await li.say("add-resident", b, "--name", "钱小妹", "--birth", "1955-03-04");
  await everyoneSyncs(chen, li);
  await open(page, "合并台", "Merge desk");
  await page.getByRole("tab", { name: say("疑似重复", "Duplicates") }).click();
  await expect(rows(page)).toHaveCount(1);
  const detail = page.locator(".desk-detail");
  await expect(detail).toContainText(say("地址相同", "same address"));
  await expect(detail.getByRole("heading", { name: say("合并后", "After the merge") })).toBeVisible();
  await judge(page, "07-duplicate");

  await page.getByLabel(say("原因", "Reason")).fill("隔断成两户");
  await page.keyboard.press("Escape");
  await page.keyboard.press("n");
  await expect(page.getByText(say("没有疑似重复的户", "No household looks like another"))).toBeVisible();
  await relay.restart();
  await page.reload();
  await expect(page.getByText(say("没有疑似重复的户", "No household looks like another"))).toBeVisible();
  await page.getByRole("tab", { name: say("已处理", "Done") }).click();
  await page.getByText(say("不是同一户", "Not duplicates"), { exact: true }).click();
  const dismissed = page.getByRole("row").filter({ hasText: "隔断成两户" });
  await dismissed.getByRole("button").click();
  await page.keyboard.type("拆了隔断");
  await page
    .getByRole("dialog")
    .getByRole("button", { name: say("撤销", "Undo") })
    .click();
  await expect(dismissed).toContainText(say("已撤销", "Taken back"));
  await judge(page, "07-dismissed");

  await page.getByRole("tab", { name: say("疑似重复", "Duplicates") }).click();
  const phone = detail.getByRole("row").filter({ hasText: say("联系电话", "Contact phone") });
  await phone.getByRole("radio").nth(1).check();
  const chosen = await phone.getByRole("cell").nth(1).textContent();
  await expect(detail.locator(".desk-around")).toContainText(chosen?.trim() ?? "?");
  await expect(detail.locator(".desk-around")).toContainText("钱小妹");
  await page.getByLabel(say("原因", "Reason")).fill("登记了两次");
  await page.getByLabel(say("原因", "Reason")).press("Enter");
  await expect(page.getByRole("status").filter({ hasText: say("已合并", "Merged") })).toBeVisible();
  await everyoneSyncs(chen, li);
  const card = await chen.one("household", a);
  expect(card.contact_phone).toBe(chosen?.trim());
  expect(card.id).toBe((await li.one("household", b)).id);

  await page.getByRole("tab", { name: say("已处理", "Done") }).click();
  await page.getByText(say("合并", "Merges"), { exact: true }).click();
  await page.getByRole("row").filter({ hasText: "登记了两次" }).getByRole("button").click();
  await page.keyboard.type("还是两户");
  await page
    .getByRole("dialog")
    .getByRole("button", { name: say("撤销", "Undo") })
    .click();
  await expect(page.getByRole("row").filter({ hasText: "登记了两次" })).toContainText(
    say("已撤销", "Taken back"),
  );
  await judge(page, "07-merges");
  await everyoneSyncs(chen, li);
  expect((await chen.one("household", b)).id).toBe(b);
});
