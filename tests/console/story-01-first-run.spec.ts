/** The first run: an admin and a community; signing in and out; users and their roles; sessions. */
import type { Browser } from "@playwright/test";
import {
  ADMIN,
  COMMUNITY,
  confirmPassword,
  expect,
  firstRun,
  judge,
  open,
  say,
  signIn,
  test,
} from "./src/story.ts";

const CLERK = { name: "李干事", password: "yang-guang-hua-yuan" };
const SPY = { name: "<script>alert(1)</script>", password: "nothing-happens-here" };

test("the first admin names the community and comes back later", async ({ fresh }) => {
  const { relay, page } = fresh;
  await page.goto(relay.setupUrl);
  await expect(page.getByRole("heading", { name: say("首次使用", "First run") })).toBeVisible();
  await expect(page.getByLabel(say("安装码", "Setup code"))).not.toHaveValue("");
  await judge(page, "01-setup");

  // Nothing is sent while something is missing or the passwords differ.
  await page.getByLabel(say("密码", "Password"), { exact: true }).fill(ADMIN.password);
  await page.getByLabel(say("再输一次密码", "Password once more")).fill("something else");
  await page.getByRole("button", { name: say("建立并登录", "Create and sign in") }).click();
  await expect(page.getByText(say("两次输入的密码不一样", "The two passwords differ"))).toBeVisible();
  await judge(page, "01-setup-mistakes");

  await page.reload();
  await firstRun({ relay, page });
  await expect(page.getByRole("banner")).toContainText(COMMUNITY);
  expect(page.url()).not.toContain("code=");
  await expect(page.getByText(say("还没有导入名册", "No roster is imported yet"))).toBeVisible();
  await judge(page, "01-overview-empty");

  await page.getByRole("banner").getByRole("button", { name: ADMIN.name }).click();
  await page.getByRole("menuitem", { name: say("退出登录", "Sign out") }).click();
  await expect(page.getByRole("heading", { name: COMMUNITY })).toBeVisible();
  await judge(page, "01-sign-in");

  await signIn(page, ADMIN.name, "not the password");
  await expect(page.getByRole("alert")).toContainText(say("不对", "wrong"));
  await expect(page.getByLabel(say("账号名", "Account name"))).toHaveValue(ADMIN.name);
  await judge(page, "01-sign-in-wrong");

  await signIn(page, ADMIN.name, ADMIN.password);
  await expect(page.getByRole("heading", { name: say("概览", "Overview"), level: 1 })).toBeVisible();
});

test("wrong passwords are slowed down", async ({ office }) => {
  const { page } = office;
  await page.getByRole("banner").getByRole("button", { name: ADMIN.name }).click();
  await page.getByRole("menuitem", { name: say("退出登录", "Sign out") }).click();
  let status = 0;
  for (let attempt = 1; status !== 429; attempt += 1) {
    expect(attempt, "guesses that were let through").toBeLessThan(20);
    const answered = page.waitForResponse((response) => response.url().endsWith("/v1/session"));
    await signIn(page, CLERK.name, "not the password");
    status = (await answered).status();
  }
  await expect(page.getByRole("alert")).toContainText(say("再试", "too many"));
  await judge(page, "01-sign-in-throttled");
});

test("an admin adds users, who see what their role includes, and shuts them out", async ({
  office,
  browser,
}) => {
  const { relay, page } = office;
  await open(page, "用户", "Users");
  await addUser(page, SPY, say("只读", "Read only"));
  await confirmPassword(page);
  await expect(page.getByRole("row").filter({ hasText: SPY.name })).toBeVisible();
  await addUser(page, CLERK, say("社区干部", "Office"));
  const clerk = page.getByRole("row").filter({ hasText: CLERK.name });
  await expect(clerk).toContainText(say("还没有登录过", "Never signed in"));
  await judge(page, "01-users");

  const theirs = await elsewhere(browser, relay.url);
  await signIn(theirs, CLERK.name, CLERK.password);
  await expect(theirs.getByRole("navigation")).toContainText(say("户", "Households"));
  await expect(theirs.getByRole("navigation")).not.toContainText(say("审计", "Audit"));
  await theirs.goto(`${relay.url}/#/users`);
  await expect(
    theirs.getByText(say("您的角色看不到这一页", "Your role does not include this page")),
  ).toBeVisible();
  await judge(theirs, "01-not-allowed");

  await page.getByRole("banner").getByRole("button", { name: ADMIN.name }).click();
  await page.getByRole("menuitem", { name: say("我的账号", "My account") }).click();
  const session = page.getByRole("row").filter({ hasText: CLERK.name });
  await expect(session).toBeVisible();
  await judge(page, "01-account");

  await open(page, "用户", "Users");
  await clerk.getByRole("button").click();
  await judge(page, "01-user-change");
  await page.getByRole("button", { name: say("停用账号", "Switch off") }).click();
  await expect(clerk).toContainText(say("已停用", "Switched off"));

  // What they had on the page stays, and the way on is said.
  await theirs.getByRole("link", { name: say("户", "Households"), exact: true }).click();
  await expect(
    theirs.getByRole("dialog", { name: say("登录已过期", "Your session has ended") }),
  ).toBeVisible();
  await judge(theirs, "01-signed-out-over-page");
  await theirs.context().close();
});

test("a session that ended in mid-form loses nothing", async ({ office, browser }) => {
  const { relay, page } = office;
  await open(page, "用户", "Users");
  await page.getByRole("button", { name: say("添加用户", "Add user") }).click();
  const form = page.getByRole("dialog", { name: say("添加用户", "Add user") });
  await fillUser(form, CLERK, say("社区干部", "Office"));

  // Somebody else ends the session from another browser.
  const other = await elsewhere(browser, relay.url);
  await signIn(other, ADMIN.name, ADMIN.password);
  await other.goto(`${relay.url}/#/account`);
  const first = other.getByRole("row").filter({ has: other.getByRole("button") });
  await first.getByRole("button", { name: say("强制退出", "Sign it out") }).click();
  await other
    .getByRole("tooltip")
    .getByRole("button", { name: say("强制退出", "Sign it out") })
    .click();
  await expect(first).toHaveCount(0);
  await other.context().close();

  await form.getByRole("button", { name: say("添加用户", "Add user") }).click();
  const again = page.getByRole("dialog", { name: say("登录已过期", "Your session has ended") });
  await judge(page, "01-sign-in-again");
  await again.getByLabel(say("密码", "Password"), { exact: true }).fill(ADMIN.password);
  await again.getByRole("button", { name: say("登录并继续", "Sign in and go on") }).click();
  // The request goes on by itself, up to the next question.
  await confirmPassword(page);
  await expect(page.getByRole("row").filter({ hasText: CLERK.name })).toBeVisible();

  await open(page, "审计", "Audit");
  const managed = page.getByRole("row").filter({ hasText: say("管理账号", "Accounts managed") });
  await expect(managed.filter({ hasText: say("完成", "Done") })).toBeVisible();
  // Asked before the password was given again: refused, and written down as that.
  await expect(managed.filter({ hasText: say("已拒绝", "Refused") })).toBeVisible();
  await judge(page, "01-audit");
  await page
    .getByRole("row")
    .filter({ hasText: say("首次使用", "First run") })
    .press("Enter");
  await expect(page.getByRole("dialog")).toContainText(ADMIN.name);
  await judge(page, "01-audit-record");
});

test("a large community is listed, searched and walked by keyboard", async ({ large }) => {
  const { page } = large;
  await expect(page.getByText("11,500")).toBeVisible();
  await judge(page, "01-overview");
  await open(page, "户", "Households");
  await expect(page.getByText(say("11,500 户", "11,500 households"), { exact: true })).toBeVisible();
  await judge(page, "01-households");
  const rows = page.locator("[data-row-key]");
  await rows.first().focus();
  for (let step = 0; step < 30; step += 1) await page.keyboard.press("ArrowDown");
  await expect(page.locator("[data-row-key]:focus")).toBeInViewport();
  await page.getByLabel(say("在户中查找", "Search households")).fill("没有这样的户 zzzz");
  await expect(page.getByText(say("没有找到", "Nothing found"))).toBeVisible();
  await judge(page, "01-households-none");
  await page.getByLabel(say("在户中查找", "Search households")).fill("");

  // A search is most often a name: browsers keep addresses, so it stands in none, and is there after going back.
  const all = page.getByText(say("11,500 户", "11,500 households"), { exact: true });
  await expect(all).toBeVisible();
  await page.getByRole("combobox", { name: say("查找户", "Find a household") }).fill("王");
  await page.keyboard.press("Enter");
  await expect(page.getByLabel(say("在户中查找", "Search households"))).toHaveValue("王");
  await expect(all).toBeHidden();
  expect(decodeURI(page.url())).not.toContain("王");
  await rows.first().getByRole("link").click();
  await expect(page).toHaveURL(/households\/\w+$/);
  await page.goBack();
  await expect(page.getByLabel(say("在户中查找", "Search households"))).toHaveValue("王");
  await expect(all).toBeHidden();
});

interface Account {
  name: string;
  password: string;
}

type Place = Parameters<typeof judge>[0];

async function addUser(page: Place, account: Account, role: string) {
  await page.getByRole("button", { name: say("添加用户", "Add user") }).click();
  const form = page.getByRole("dialog", { name: say("添加用户", "Add user") });
  await fillUser(form, account, role);
  await judge(page, "01-user-add");
  await form.getByRole("button", { name: say("添加用户", "Add user") }).click();
}

async function fillUser(form: ReturnType<Place["getByRole"]>, { name, password }: Account, role: string) {
  await form.getByLabel(say("账号名", "Account name")).fill(name);
  await form.getByRole("radio", { name: role }).check();
  await form.getByLabel(say("初始密码", "First password")).fill(password);
  await form.getByLabel(say("再输一次密码", "Password once more")).fill(password);
}

/** Another browser, somebody else's. */
async function elsewhere(browser: Browser, url: string): Promise<Place> {
  const { viewport, locale, timezoneId } = test.info().project.use;
  const context = await browser.newContext({ viewport, locale, timezoneId });
  const page = await context.newPage();
  await page.goto(url);
  return page;
}
