/** README's five steps from an empty phone to a visit that the office sees, in the console and the app as people have them. */
import type { Page } from "@playwright/test";
import { ADMIN } from "../console/src/relay.ts";
import {
  COMMUNITY,
  expect,
  heading,
  openHousehold,
  personIn,
  say,
  test,
  visit,
  WORKER,
} from "./src/story.ts";

/** How long the office waits for a visit that has just been made. */
const SEEN_WITHIN_MS = 2_000;

test("a phone is let in from the console and its visit colours the building chart within two seconds", async ({
  bare,
  browser,
}) => {
  const { page, relay, cable } = bare;
  // 1. and 2.: the console, and a code for a worker who has no phone.
  const desk = await browser.newContext({ viewport: { width: 1366, height: 768 }, isMobile: false });
  const office = await desk.newPage();
  await office.goto(relay.setupUrl);
  await office.getByLabel(say("社区名称", "Name of the community")).fill(COMMUNITY);
  await office.getByLabel(say("管理员账号名", "Admin's account name")).fill(ADMIN.name);
  await office.getByLabel(say("密码", "Password"), { exact: true }).fill(ADMIN.password);
  await office.getByLabel(say("再输一次密码", "Password once more")).fill(ADMIN.password);
  await office.getByRole("button", { name: say("建立并登录", "Create and sign in") }).click();
  await open(office, "手机", "Phones");
  await office
    .getByRole("main")
    .getByRole("button", { name: say("登记手机", "Enrol a phone") })
    .first()
    .click();
  const dialog = office.getByRole("dialog", { name: say("登记手机", "Enrol a phone") });
  await dialog.getByRole("combobox").fill(WORKER);
  await office.getByTitle(WORKER, { exact: true }).click();
  await dialog.getByRole("button", { name: say("生成登记码", "Make a code") }).click();
  const confirm = office.getByRole("dialog", { name: say("请再次输入密码", "Give your password again") });
  await confirm.getByLabel(say("密码", "Password"), { exact: true }).fill(ADMIN.password);
  await confirm.getByRole("button", { name: say("确认并继续", "Confirm and go on") }).click();
  const code = String(await dialog.locator("code.fingerprint.large").textContent());

  // 3.: the app, and the code as it is typed.
  await page.goto(`${cable.url}/app/`);
  await page.getByRole("button", { name: say("输入登记码", "Type the code") }).click();
  await page.getByLabel(say("登记码", "Code"), { exact: true }).fill(code);
  await page.getByRole("button", { name: say("登记", "Register"), exact: true }).click();
  await expect(heading(page, say("登记好了", "Registered"))).toBeVisible();
  await page.getByRole("button", { name: say("下一步", "Next"), exact: true }).click();
  await page.getByRole("button", { name: say("以后再设", "Later"), exact: true }).click();

  // 4.: the fingerprint that both show.
  const [phone] = await relay.office("devices");
  await expect(dialog.locator(`[data-fingerprint="${String(phone?.fingerprint)}"]`)).toBeVisible();
  await dialog
    .getByRole("button", { name: say("关闭", "Close"), exact: true })
    .last()
    .click();
  await office.getByRole("button", { name: say("指纹一致,确认", "Same: confirm") }).click();

  // 5.: a visit, and the office's chart.
  await open(office, "覆盖", "Coverage");
  const start = page.getByRole("button", { name: say("开始工作", "Start working") });
  await expect(start.or(heading(page, say("今日", "Today")))).toBeVisible();
  if (await start.isVisible()) await start.click();
  await openHousehold(page, personIn("101"));
  const cell = await cellOf(office, page);
  await visit(page, say("已走访", "Visited"));
  await expect(cell).toHaveAttribute("data-look", "done", { timeout: SEEN_WITHIN_MS });
  await desk.close();
});

/** The cell of the console's chart for the household whose card the phone shows. */
async function cellOf(office: Page, phone: Page) {
  const id = /household\/(\w+)/.exec(phone.url())?.[1] ?? "";
  const cell = office.locator(`.chart [data-id="${id}"]`);
  await expect(cell).toHaveAttribute("data-look", "never");
  return cell;
}

/** Opens a page of the console by its entry in the menu. */
async function open(office: Page, zh: string, en: string) {
  await office
    .getByRole("navigation")
    .getByRole("link", { name: say(zh, en), exact: true })
    .click();
}
