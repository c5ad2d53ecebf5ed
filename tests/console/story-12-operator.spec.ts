/** Who runs this: filing numbers on every page, the privacy notice, the complaint box. */
import { writeFile } from "node:fs/promises";
import { ADMIN, COMMUNITY, expect, judge, open, say, signIn, test } from "./src/story.ts";

test("filing numbers and the notice are on every page, and a complaint is answered", async ({ office }) => {
  const { page } = office;
  await open(page, "意见与备案", "Complaints and filing");
  const said = page.getByRole("region", { name: say("运营者", "Operator"), exact: true });
  await said.getByLabel(say("ICP 备案号", "ICP filing number")).fill("京ICP备12345678号");
  await said.getByLabel(say("投诉联系方式", "Contact for complaints")).fill("12345");
  await said.getByRole("button", { name: say("保存", "Save") }).click();
  const line = page.getByRole("contentinfo");
  await expect(line).toContainText("京ICP备12345678号");

  const notice = page.getByRole("region", { name: say("隐私说明", "Privacy notice"), exact: true });
  await notice.getByLabel(say("新版中文", "New version in Chinese")).fill("我们只保存走访需要的信息。");
  await notice.getByRole("button", { name: say("发布新版", "Publish") }).click();
  await line.getByRole("button", { name: say("隐私说明有新版", "The privacy notice is new") }).click();
  const dialog = page.getByRole("dialog", { name: say("隐私说明", "Privacy notice") });
  await expect(dialog).toContainText("我们只保存走访需要的信息。");
  await judge(page, "12-notice");
  await dialog.getByRole("button", { name: say("我已阅读", "I have read it") }).click();
  await expect(dialog).toBeHidden();
  await expect(notice).toContainText(say("1 个账号已读", "read by 1 in the office"));

  const box = page.getByRole("region", { name: say("意见箱", "Complaint box") });
  await box
    .getByLabel(say("投诉或建议", "Complaint or suggestion"))
    .fill("<img src=x onerror=alert(1)>字太小");
  await box.getByRole("button", { name: say("提交", "Send") }).click();
  await box.getByLabel(say("答复内容", "Your answer")).fill("下个版本放大");
  await box.getByRole("button", { name: say("答复", "Answer"), exact: true }).click();
  await expect(box.getByRole("listitem")).toContainText("下个版本放大");
  await judge(page, "12-operator");

  await page.getByRole("banner").getByRole("button", { name: ADMIN.name }).click();
  await page.getByRole("menuitem", { name: say("退出登录", "Sign out") }).click();
  await expect(line).toContainText("12345");
  await signIn(page, ADMIN.name, ADMIN.password);
  await expect(line).toContainText("京ICP备12345678号");
});

test("which grid workers have read the notice on their phones", async ({ office }) => {
  const { relay, page } = office;
  const grid = "999999000001001";
  const roster = relay.file("名册.csv");
  await writeFile(roster, `网格编码,小区,楼栋,单元,房号,姓名\n${grid},阳光花园,1,1,101,住户`);
  await relay.office("import", "roster", roster, "--community", COMMUNITY);
  const chen = await relay.phone("陈静", grid);
  await relay.office("workers", "add", "李强", "--grid", grid);
  await relay.api("/v1/privacy-notices", { method: "POST", body: '{"zh":"我们只保存走访需要的信息。"}' });
  await chen.sync();
  await chen.one("notice", "read");
  await chen.sync();
  await open(page, "意见与备案", "Complaints and filing");
  await page.getByText(say("1 / 2 人", "1 of 2 grid workers")).click();
  const readers = page.getByRole("list", { name: say("谁读过", "Who has read it") });
  const of = (name: string) => readers.getByRole("listitem").filter({ hasText: name });
  await expect(of("陈静")).toContainText(say("已读", "read"));
  await expect(of("李强")).toContainText(say("还没有可用的手机", "no phone in use"));
  await judge(page, "12-readers");
});
