/** A household: who wrote what, its history, and edits from the office that overwrite nobody. */
import type { Page } from "@playwright/test";
import type { Phone } from "./src/phone.ts";
import { ADMIN, expect, judge, say, test, type Scene } from "./src/story.ts";

const SCRIPT = "<script>alert(1)</script>";
const FORMULA = "=cmd()";

/** A household with residents, on its page, and a real phone that has it. */
async function household({ relay, page }: Scene): Promise<{ id: string; phone: Phone }> {
  const [found] = await relay.office("households", "--limit", "1");
  const id = String(found?.id);
  const phone = await relay.phone("陈静", String(found?.grid));
  await page.goto(`${relay.url}/#/households/${id}`);
  await expect(page.getByRole("heading", { level: 1 })).toContainText(String(found?.address));
  return { id, phone };
}

function registry(page: Page) {
  return page.getByRole("region", { name: say("登记信息", "Registry") });
}

function phoneField(page: Page) {
  return registry(page).locator("[data-field=contact_phone]");
}

async function openEditor(page: Page) {
  await page
    .locator(".page-actions")
    .getByRole("button", { name: say("修改", "Edit"), exact: true })
    .click();
  const form = page.getByRole("dialog", { name: say(/^修改/, /^Edit/) });
  await expect(form).toBeVisible();
  return form;
}

test("an edit at the desk and one at the door stand beside each other", async ({ large }) => {
  const { page } = large;
  const { id, phone } = await household(large);
  await judge(page, "06-household");

  // The phone is offline while both type.
  await phone.one("edit", id, "contact_phone", "13900001111");
  const form = await openEditor(page);
  await judge(page, "06-household-edit");
  await form.getByLabel(say("联系电话", "Contact phone")).fill("12");
  await form.getByRole("button", { name: say("保存", "Save") }).click();
  await expect(
    form.getByText(say("电话号码应为 5 到 20 位数字", "a phone number has 5 to 20 digits")),
  ).toBeVisible();
  await judge(page, "06-household-edit-wrong");
  await form.getByLabel(say("联系电话", "Contact phone")).fill("13900002222");
  await form.getByLabel(say("备注", "Note")).fill(FORMULA);
  await form.getByRole("button", { name: say("保存", "Save") }).click();
  await expect(form).toBeHidden();
  await expect(phoneField(page)).toContainText("13900002222");
  await expect(phoneField(page)).toContainText(ADMIN.name);
  await expect(registry(page)).toContainText(FORMULA);

  await phone.sync();
  // The page hears of it: both values stand there, and nobody's is lost.
  await expect(
    page.getByRole("alert").filter({ hasText: say("有 1 项存在不同说法", "1 field has different values") }),
  ).toBeVisible();
  await expect(phoneField(page)).toContainText("13900001111");
  await expect(phoneField(page)).toContainText("13900002222");
  await judge(page, "06-household-conflict");

  await phoneField(page).getByRole("button").click();
  const history = page.getByRole("dialog", { name: say(/联系电话.*历史/, /History of .*Contact phone/) });
  for (const value of ["13900001111", "13900002222"]) {
    await expect(history.locator("[data-state=conflict]").filter({ hasText: value })).toBeVisible();
  }
  await expect(history).toContainText("陈静");
  await judge(page, "06-household-history");
  await page.keyboard.press("Escape");
  await expect(history).toBeHidden();

  // A disputed field is decided elsewhere.
  const again = await openEditor(page);
  await expect(again.getByLabel(say("联系电话", "Contact phone"))).toBeDisabled();
});

test("visits and needs appear as they are synced; hostile names are only text", async ({ large }) => {
  const { page } = large;
  const { id, phone } = await household(large);
  await phone.one("visit", id, "--outcome", "done", "--note", SCRIPT, "--need", FORMULA, "--at-home", "2");
  await phone.sync();
  const visits = page.getByRole("region", { name: say("走访 1 次", "1 visit") });
  await expect(visits).toContainText(SCRIPT);
  await expect(
    page.getByRole("region", { name: say("走访中提到的需求", "Needs told at visits") }),
  ).toContainText(FORMULA);

  await page.getByRole("button", { name: say("添加居民", "Add resident") }).click();
  const form = page.getByRole("dialog", { name: say("添加居民", "Add resident") });
  await form.getByLabel(say("姓名", "Name")).fill(SCRIPT);
  await form.getByLabel(say("出生日期", "Born")).fill("1950-13");
  await form.getByRole("button", { name: say("添加居民", "Add resident") }).click();
  await expect(form.getByText("1950-13")).toBeVisible();
  await judge(page, "06-resident-wrong");
  await form.getByLabel(say("出生日期", "Born")).fill("1950-12");
  await form.getByRole("button", { name: say("添加居民", "Add resident") }).click();
  await expect(page.getByRole("heading", { name: SCRIPT })).toBeVisible();
  await judge(page, "06-household-residents");

  const added = page.getByRole("region", { name: SCRIPT });
  await added.getByRole("button", { name: say("迁出", "Moved out") }).click();
  await page
    .getByRole("tooltip")
    .getByRole("button", { name: say("迁出", "Moved out") })
    .click();
  await expect(page.getByRole("heading", { name: SCRIPT })).toHaveCount(0);
});

test("what was typed survives an expired session and is not thrown away unasked", async ({ large }) => {
  const { page } = large;
  await household(large);
  const form = await openEditor(page);
  await form.getByLabel(say("备注", "Note")).fill("请打电话");
  await page.keyboard.press("Escape");
  const sure = page.getByRole("dialog", {
    name: say("放弃没有保存的修改?", "Throw away what is not saved?"),
  });
  await expect(sure).toBeVisible();
  await judge(page, "06-unsaved");
  await sure.getByRole("button", { name: say("继续填写", "Go on typing") }).click();
  await expect(form.getByLabel(say("备注", "Note"))).toHaveValue("请打电话");

  await page.context().clearCookies();
  await form.getByRole("button", { name: say("保存", "Save") }).click();
  const again = page.getByRole("dialog", { name: say("登录已过期", "Your session has ended") });
  await again.getByLabel(say("密码", "Password"), { exact: true }).fill(ADMIN.password);
  await again.getByRole("button", { name: say("登录并继续", "Sign in and go on") }).click();
  await expect(form).toBeHidden();
  await expect(registry(page)).toContainText("请打电话");
});

test("a link with a wrong letter says so", async ({ office }) => {
  await office.page.goto(`${office.relay.url}/#/households/00000000000000000000000000`);
  await expect(office.page.getByText(say("没有这一户", "There is no such household"))).toBeVisible();
  await judge(office.page, "06-household-missing");
});
