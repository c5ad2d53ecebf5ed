/** Passkeys: added with the password, then in its place. */
import { ADMIN, confirmPassword, expect, judge, say, signIn, test } from "./src/story.ts";

test("a passkey signs in and confirms in the password's place, until it is removed", async ({ office }) => {
  const { relay, page } = office;
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
  // Browsers make passkeys for names, not for numbers.
  await page.goto(relay.url.replace("127.0.0.1", "localhost"));
  await signIn(page, ADMIN.name, ADMIN.password);
  const banner = page.getByRole("banner");
  const account = async (entry: string) => {
    await banner.getByRole("button", { name: ADMIN.name }).click();
    await page.getByRole("menuitem", { name: entry }).click();
  };
  await account(say("我的账号", "My account"));
  const passkeys = page.getByRole("region", { name: say("通行密钥", "Passkeys") });
  await passkeys.getByLabel(say("名称", "Name")).fill("<b>办公室电脑</b>");
  await passkeys.getByRole("button", { name: say("添加通行密钥", "Add a passkey") }).click();
  // The challenge was signed before the question, so the answer to it goes on with the same.
  await confirmPassword(page);
  await expect(passkeys.getByRole("listitem")).toContainText("<b>办公室电脑</b>");
  await judge(page, "11-passkeys");

  await account(say("退出登录", "Sign out"));
  const withPasskey = { name: say("用通行密钥", "With a passkey") };
  await expect(page.getByRole("button", withPasskey)).toBeVisible();
  await judge(page, "11-sign-in");
  await page.getByRole("button", withPasskey).click();
  await expect(banner).toContainText(ADMIN.name);

  // Delicate: asked again, and answered without the password.
  await account(say("我的账号", "My account"));
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
  const kept = await devtools.send("WebAuthn.getCredentials", { authenticatorId });
  expect(kept.credentials).toHaveLength(1);
  await account(say("退出登录", "Sign out"));
  await page.getByRole("button", withPasskey).click();
  await expect(page.getByRole("alert")).toContainText(say("没有被接受", "not accepted"));
});
