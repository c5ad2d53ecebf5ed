/**
 * What every story starts with.
 *
 *     import { expect, judge, test } from "./src/story.ts";
 *     test("…", async ({ fresh }) => {});   // an empty relay before its first run
 *     test("…", async ({ office }) => {});  // an empty relay, an admin signed in at `/`
 *     test("…", async ({ large }) => {});   // the same with 11,500 households
 *
 * Each has `relay` and `page`. Texts: `say(zh, en)` gives the one of the project's language.
 */
import { test as base, expect, type Page } from "@playwright/test";
import { LARGE } from "./prepare.ts";
import { ADMIN, COMMUNITY, Relay } from "./relay.ts";

export { expect } from "@playwright/test";
export { judge } from "./judge.ts";
export { ADMIN, COMMUNITY } from "./relay.ts";

export interface Scene {
  relay: Relay;
  page: Page;
}

/** The text, or the pattern of it, in the language of this run. */
export function say<Text>(zh: Text, en: Text): Text {
  return base.info().project.name === "en" ? en : zh;
}

/** Makes the first account as a person does. */
export async function firstRun({ relay, page }: Scene) {
  await page.goto(relay.setupUrl);
  await page.getByLabel(say("社区名称", "Name of the community")).fill(COMMUNITY);
  await page.getByLabel(say("管理员账号名", "Admin's account name")).fill(ADMIN.name);
  await page.getByLabel(say("密码", "Password"), { exact: true }).fill(ADMIN.password);
  await page.getByLabel(say("再输一次密码", "Password once more")).fill(ADMIN.password);
  await page.getByRole("button", { name: say("建立并登录", "Create and sign in") }).click();
  await expect(page.getByRole("heading", { name: say("概览", "Overview"), level: 1 })).toBeVisible();
}

/** Signs in on the sign-in page. */
export async function signIn(page: Page, name: string, password: string) {
  await page.getByLabel(say("账号名", "Account name")).fill(name);
  await page.getByLabel(say("密码", "Password"), { exact: true }).fill(password);
  await page.getByRole("button", { name: say("登录", "Sign in"), exact: true }).click();
}

/** Answers the dialog that asks for the password before something delicate. */
export async function confirmPassword(page: Page, password = ADMIN.password) {
  const dialog = page.getByRole("dialog", { name: say("请再次输入密码", "Give your password again") });
  await dialog.getByLabel(say("密码", "Password"), { exact: true }).fill(password);
  await dialog.getByRole("button", { name: say("确认并继续", "Confirm and go on") }).click();
  await expect(dialog).toBeHidden();
}

/** Opens a page by its entry in the menu. */
export async function open(page: Page, zh: string, en: string) {
  await page
    .getByRole("navigation")
    .getByRole("link", { name: say(zh, en), exact: true })
    .click();
  await expect(page.getByRole("heading", { name: say(zh, en), level: 1 })).toBeVisible();
}

/** What a browser complains of: scripts that broke, and what the content policy refused. */
function listen(page: Page): string[] {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (line) => {
    // A refused request is an answer that the story expects or not; a broken page never is.
    if (line.type() === "error" && !line.text().startsWith("Failed to load resource"))
      complaints.push(line.text());
  });
  return complaints;
}

async function scene(page: Page, use: (scene: Scene) => Promise<void>, prepared?: string, ready = true) {
  const complaints = listen(page);
  const relay = await Relay.start(prepared);
  try {
    if (ready) await firstRun({ relay, page });
    await use({ relay, page });
    expect(complaints, "what the browser complained of").toEqual([]);
  } finally {
    await relay.end();
  }
}

export const test = base.extend<{ fresh: Scene; office: Scene; large: Scene }>({
  fresh: async ({ page }, use) => scene(page, use, undefined, false),
  office: async ({ page }, use) => scene(page, use),
  large: async ({ page }, use) => scene(page, use, LARGE),
});
