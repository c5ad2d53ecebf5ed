/** Forgetting: an emergency that ends, a person who is erased, what is due, and the receipts of it. */
import type { Locator, Page } from "@playwright/test";
import { readFile, writeFile } from "node:fs/promises";
import type { Relay } from "./src/relay.ts";
import { ADMIN, confirmPassword, expect, judge, open, say, signIn, test } from "./src/story.ts";

const READER = { name: "小周", password: "xiao-zhou-kan-yi-kan" };
const GRID = "999999000001001";
const NAME = "欧阳青鸾";
const OTHER = "欧阳小满";
const EMERGENCY = "某某疫情";
const CAMPAIGN = "第一轮排查";
const FEVER = "体温三十八度二";
/** Records of visits are kept for two years. */
const LATER_DAYS = 800;
const DESK = { width: 1366, height: 768 };
const NARROW = { width: 390, height: 844 };

test("an emergency is opened, answered at a door, and closed with a receipt", async ({ office }) => {
  const { relay, page } = office;
  const { chen, home } = await prepare(relay);
  await open(page, "保存期与销毁", "Forgetting");
  await expect(page.getByText(say("没有突发事件", "There is no emergency"))).toBeVisible();
  await page.getByRole("button", { name: say("登记突发事件", "Open an emergency") }).click();
  const form = page.getByRole("dialog", { name: say("登记突发事件", "Open an emergency") });
  await form.getByLabel(say("名称", "Name"), { exact: true }).fill(EMERGENCY);
  await form.getByLabel(say("依据", "Basis")).fill("市指挥部一号令");
  await judge(page, "13-emergency-new");
  await form.getByRole("button", { name: say("登记突发事件", "Open an emergency") }).click();
  await expect(form).toBeHidden();

  await relay.office("campaign", "open", CAMPAIGN, "--emergency", EMERGENCY);
  await chen.sync();
  await chen.one("visit", home, "--outcome", "done", "--campaign", CAMPAIGN, "--note", FEVER);
  await chen.sync();
  await page.reload();
  const one = page.getByRole("listitem", { name: EMERGENCY });
  await expect(one).toContainText(CAMPAIGN);
  await expect(one).toContainText("市指挥部一号令");
  await both(page, "13-emergencies");

  // What would go is counted, and nothing has gone.
  await one.getByRole("button", { name: say("结束并销毁", "Close and destroy") }).click();
  await confirmPassword(page);
  const dialog = page.getByRole("dialog", { name: say(`结束“${EMERGENCY}”`, `Close “${EMERGENCY}”`) });
  await expect(count(dialog, say("走访", "Visits"))).toContainText("1");
  await expect(count(dialog, say("要销毁它的手机", "Phones that must destroy it"))).toContainText("1");
  const emergencies = await relay.office("emergency");
  expect(emergencies.map(({ state }) => state as string)).toEqual(["open"]);
  await both(page, "13-emergency-close");
  await dialog
    .getByRole("button", { name: say("结束并销毁,不能恢复", "Close and destroy for good") })
    .click();

  const receipt = page.getByRole("dialog", { name: say("已销毁", "Destroyed") });
  const waiting = receipt.getByRole("list", {
    name: say("还没有联系的手机", "Phones that made no contact yet"),
  });
  await expect(waiting).toContainText("陈静");
  await both(page, "13-receipt");
  const kept = page.waitForEvent("download");
  await receipt.getByRole("button", { name: say("存为文件", "Keep as a file") }).click();
  const file = JSON.parse(await readFile(await (await kept).path(), "utf8")) as Record<string, string>;
  expect(Object.keys(file)).toEqual(["receipt", "signature", "key"]);
  expect(file.receipt).not.toContain("陈静");
  expect(file.receipt).toContain('"payloads_dropped":1');

  // On paper: only the receipt, with what is signed, and nobody's name.
  await page.evaluate(() => (window.print = () => undefined));
  await receipt.getByRole("button", { name: say("打印", "Print") }).click();
  const paper = page.locator(".print-sheet");
  await expect(paper).toContainText(String(file.signature));
  await expect(paper).not.toContainText("陈静");
  await page.emulateMedia({ media: "print" });
  await expect(paper).toBeVisible();
  await expect(page.locator("#root")).toBeHidden();
  await page.screenshot({ path: `test-results/screens/${test.info().project.name}/13-receipt-paper.png` });
  await page.emulateMedia({ media: null });
  await page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
  await expect(paper).toHaveCount(0);

  // The phone makes contact while the receipt is open.
  await chen.sync();
  const over = say("服务器和手机上都已销毁", "Gone from the relay and all phones");
  await expect(receipt.getByText(over)).toBeVisible();
  await receipt
    .locator(".page-actions")
    .getByRole("button", { name: say("关闭", "Close") })
    .click();
  await expect(one).toContainText(say("已结束", "Closed"));
  await one.getByRole("button", { name: say("回执", "Receipt") }).click();
  await expect(page.getByRole("dialog", { name: say("销毁回执", "Receipt") })).toContainText(over);
  await page.keyboard.press("Escape");

  await page.getByText(say("已销毁", "Destroyed"), { exact: true }).click();
  const listed = page.locator("[data-row-key]");
  await expect(listed).toHaveCount(1);
  await expect(listed).toContainText(over);
  await both(page, "13-erasures");
  expect(JSON.stringify(await chen.say("household", home))).not.toContain(FEVER);
});

test("a person is erased from the household's page, and then the household", async ({ office }) => {
  const { relay, page } = office;
  const { chen, home } = await prepare(relay);
  await chen.one("add-resident", home, "--name", OTHER);
  await chen.one("visit", home, "--outcome", "done", "--note", `${NAME}说水管漏水`);
  await chen.sync();
  await page.goto(`${relay.url}/#/households/${home}`);
  await expect(page.getByRole("heading", { name: NAME })).toBeVisible();
  await expect(page.getByText(`${NAME}说水管漏水`)).toBeVisible();

  await more(page, say(`销毁“${NAME}”的档案…`, `Destroy the records of “${NAME}”…`));
  await confirmPassword(page);
  const person = page.getByRole("dialog", {
    name: say(`销毁“${NAME}”的档案`, `Destroy the records of “${NAME}”`),
  });
  const destroy = { name: say("销毁,不能恢复", "Destroy for good") };
  await expect(count(person, say(/^户与居民/, /^Households with residents/))).toContainText("1");
  await expect(person.getByRole("button", destroy)).toBeDisabled();
  await person.getByLabel(say("本人或监护人要求", "The person or a guardian asks")).check();
  await both(page, "13-person");
  await person.getByRole("button", destroy).click();
  const receipt = page.getByRole("dialog", { name: say("已销毁", "Destroyed") });
  await expect(receipt).toContainText(say("一人", "A person"));
  await expect(page.getByRole("heading", { name: OTHER })).toBeVisible();
  await expect(page.getByText(NAME)).toHaveCount(0);
  expect(await page.content(), "not even where nobody looks").not.toContain(NAME);
  await receipt
    .locator(".page-actions")
    .getByRole("button", { name: say("关闭", "Close") })
    .click();
  await both(page, "13-household");

  await more(page, say("销毁整户档案…", "Destroy the household's records…"));
  const whole = page.getByRole("dialog", {
    name: say(/^销毁整户档案/, /^Destroy the household's records/),
  });
  await whole.getByLabel(say("已搬离", "Moved away")).check();
  await judge(page, "13-whole");
  await whole.getByRole("button", destroy).click();
  await expect(receipt).toContainText(say("整户", "A household"));
  await receipt
    .locator(".page-actions")
    .getByRole("button", { name: say("关闭", "Close") })
    .click();
  await expect(page.getByRole("heading", { name: say("户", "Households"), level: 1 })).toBeVisible();
  await expect(page.getByText(OTHER)).toHaveCount(0);
});

test("what has been kept long enough is shown, and destroyed when a person says so", async ({ office }) => {
  const { relay, page } = office;
  const { chen, home } = await prepare(relay);
  await chen.one("visit", home, "--outcome", "done", "--note", "两年前的话");
  await chen.sync();
  await open(page, "保存期与销毁", "Forgetting");
  await due(page);
  const dialog = page.getByRole("dialog", { name: say("销毁到期的记录", "Destroy what is due") });
  await confirmPassword(page);
  await expect(dialog).toContainText(say("没有要销毁的", "There is nothing to destroy"));
  const destroy = dialog.getByRole("button", { name: say("销毁,不能恢复", "Destroy for good") });
  await expect(destroy).toHaveCount(0);
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await both(page, "13-retention");

  await relay.restart("SIGTERM", LATER_DAYS);
  await page.goto(relay.url);
  await page.reload();
  await signIn(page, ADMIN.name, ADMIN.password);
  await open(page, "保存期与销毁", "Forgetting");
  await due(page);
  await confirmPassword(page);
  await expect(count(dialog, say("走访", "Visits"))).toContainText("1");
  await judge(page, "13-due");
  await destroy.click();
  const receipt = page.getByRole("dialog", { name: say("已销毁", "Destroyed") });
  await expect(receipt).toContainText(say("保存期满", "Kept as long as it may be"));
});

test("who may only read sees what goes on and how long what is kept, and destroys nothing", async ({
  office,
}) => {
  const { relay, page } = office;
  const { home } = await prepare(relay);
  await relay.office("emergency", "open", EMERGENCY);
  const password = relay.file("password");
  await writeFile(password, READER.password);
  await relay.office("users", "add", READER.name, "--role", "readonly", "--password-file", password);
  await page.getByRole("banner").getByRole("button", { name: ADMIN.name }).click();
  await page.getByRole("menuitem", { name: say("退出登录", "Sign out") }).click();
  await signIn(page, READER.name, READER.password);
  await open(page, "保存期与销毁", "Forgetting");
  const main = page.getByRole("main");
  await expect(page.getByRole("listitem", { name: EMERGENCY })).toBeVisible();
  await expect(main.getByRole("button")).toHaveCount(0);
  await expect(main.getByText(say("已销毁", "Destroyed"), { exact: true })).toHaveCount(0);
  await page.getByText(say("保存期", "Retention"), { exact: true }).click();
  await expect(page.getByText(say("走访后两年", "two years after the visit"))).toBeVisible();
  await expect(main.getByRole("button")).toHaveCount(0);
  await page.goto(`${relay.url}/#/households/${home}`);
  await expect(page.getByRole("heading", { name: NAME })).toBeVisible();
  await expect(page.getByRole("button", { name: say("更多", "More") })).toHaveCount(0);
});

/** Two doors, and a phone that has them; `home` is the one of `NAME`. */
async function prepare(relay: Relay) {
  const doors = [NAME, "慕容邻"].map(
    (name, at) => `${GRID},阳光花园,1,1,10${at + 1},${name},1380000101${at}`,
  );
  const roster = relay.file("名册.csv");
  await writeFile(roster, ["网格编码,小区,楼栋,单元,房号,姓名,联系电话", ...doors].join("\n"));
  await relay.office("import", "roster", roster, "--community", "样例社区");
  const chen = await relay.phone("陈静", GRID);
  const [found] = await chen.households(NAME);
  return { chen, home: String(found?.id) };
}

/** A row of what would go. */
function count(dialog: Locator, label: string | RegExp) {
  return dialog.getByRole("row").filter({ has: dialog.page().getByRole("rowheader", { name: label }) });
}

/** Looks at it on an office screen and in a window as wide as a phone. */
async function both(page: Page, name: string) {
  await judge(page, name);
  await page.setViewportSize(NARROW);
  await judge(page, `${name}-narrow`);
  await page.setViewportSize(DESK);
}

async function more(page: Page, item: string) {
  await page.getByRole("button", { name: say("更多", "More") }).click();
  await page.getByRole("menuitem", { name: item }).click();
}

async function due(page: Page) {
  await page.getByText(say("保存期", "Retention"), { exact: true }).click();
  await expect(page.getByText(say("走访后两年", "two years after the visit"))).toBeVisible();
  await page.getByRole("button", { name: say("看到期的", "See what is due") }).click();
}
