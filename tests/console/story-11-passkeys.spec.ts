/** Passkeys: added with the password, then in its place. */
import type { Locator, Page } from "@playwright/test";
import { ADMIN, confirmPassword, expect, judge, say, signIn, test } from "./src/story.ts";

/** Gives the browser an authenticator; what is returned tells what it keeps. */
async function authenticator(page: Page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return async () => (await devtools.send("WebAuthn.getCredentials", { authenticatorId })).credentials;
}

/** Opens an entry of the account's menu. */
async function account(page: Page, zh: string, en: string) {
  await page.getByRole("banner").getByRole("button", { name: ADMIN.name }).click();
  await page.getByRole("menuitem", { name: say(zh, en) }).click();
}

async function addPasskey(page: Page, passkeys: Locator, name: string) {
  await passkeys.getByLabel(say("名称", "Name")).fill(name);
  await passkeys.getByRole("button", { name: say("添加通行密钥", "Add a passkey") }).click();
  // The challenge was signed before the question, so the answer to it goes on with the same.
  await confirmPassword(page);
  await expect(passkeys.getByRole("listitem")).toContainText(name);
}

test("a passkey signs in and confirms in the password's place, until it is removed", async ({ office }) => {
  const { relay, page } = office;
  const credentials = await authenticator(page);
  // Browsers make passkeys for names, not for numbers.
  await page.goto(relay.url.replace("127.0.0.1", "localhost"));
  await signIn(page, ADMIN.name, ADMIN.password);
  const banner = page.getByRole("banner");
  await account(page, "我的账号", "My account");
  const passkeys = page.getByRole("region", { name: say("通行密钥", "Passkeys") });
  await addPasskey(page, passkeys, "<b>办公室电脑</b>");
  await judge(page, "11-passkeys");

  await account(page, "退出登录", "Sign out");
  const withPasskey = { name: say("用通行密钥", "With a passkey") };
  await expect(page.getByRole("button", withPasskey)).toBeVisible();
  await judge(page, "11-sign-in");
  await page.getByRole("button", withPasskey).click();
  await expect(banner).toContainText(ADMIN.name);

  // Delicate: asked again, and answered without the password.
  await account(page, "我的账号", "My account");
  await passkeys.getByRole("button", { name: say("删除通行密钥", "Remove the passkey") }).click();
  await page
    .getByRole("tooltip")
    .getByRole("button", { name: say("删除", "Remove") })
    .click();
  const dialog = page.getByRole("dialog", { name: say("请再次输入密码", "Give your password again") });
  await judge(page, "11-confirm");
  await dialog.getByRole("button", withPasskey).click();
  await expect(dialog).toBeHidden();
  await expect(passkeys.getByRole("listitem")).toHaveCount(0);

  // The authenticator still has it, the relay knows it no more.
  expect(await credentials()).toHaveLength(1);
  await account(page, "退出登录", "Sign out");
  await page.getByRole("button", withPasskey).click();
  await expect(page.getByRole("alert")).toContainText(say("没有被接受", "not accepted"));
});

test("a password that an admin sets anew ends passkeys too", async ({ office }) => {
  const { relay, page } = office;
  const credentials = await authenticator(page);
  await page.goto(relay.url.replace("127.0.0.1", "localhost"));
  await signIn(page, ADMIN.name, ADMIN.password);
  await account(page, "我的账号", "My account");
  const passkeys = page.getByRole("region", { name: say("通行密钥", "Passkeys") });
  await addPasskey(page, passkeys, "丢失的手机");

  // Somebody else may hold it: that is why a new password was asked for.
  const users: unknown = await relay.api("/v1/users");
  const [user] = users as { id: string }[];
  const password = "xin-mi-ma-3-lou-304";
  const asked = { method: "PATCH", body: JSON.stringify({ password }) };
  await relay.api(`/v1/users/${String(user?.id)}`, asked);
  await page.reload();
  expect(await credentials()).toHaveLength(1);
  await page.getByRole("button", { name: say("用通行密钥", "With a passkey") }).click();
  await expect(page.getByRole("alert")).toContainText(say("没有被接受", "not accepted"));
  await signIn(page, ADMIN.name, password);
  await account(page, "我的账号", "My account");
  await expect(passkeys).toBeVisible();
  await expect(passkeys.getByRole("listitem")).toHaveCount(0);
});
