/** A worker's first day in both languages: every screen looked at, from the code to the office's answer. */
import {
  begin,
  COMMUNITY,
  expect,
  GRID,
  heading,
  openHousehold,
  personIn,
  say,
  synced,
  test,
  WORKER,
} from "./src/story.ts";
import { judge } from "./src/judge.ts";

test("a phone is registered with a typed code, and gets a PIN that opens it again", async ({ bare }) => {
  const { page, relay, cable } = bare;
  await page.goto(`${cable.url}/app/`);
  await expect(
    heading(page, say("把这部手机登记到社区", "Register this phone with the office")),
  ).toBeVisible();
  await judge(page, "01-enrol");
  await page.getByRole("button", { name: say("输入登记码", "Type the code") }).click();
  const code = page.getByLabel(say("登记码", "Code"), { exact: true });
  await code.fill("0000-0000-0000-0000");
  await page.getByRole("button", { name: say("登记", "Register"), exact: true }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await judge(page, "02-enrol-refused");
  const made = await relay.officeOne("enrol-code", "--worker", WORKER);
  // As somebody types it who was told it on the telephone.
  await code.fill(String(made.code).toUpperCase().replaceAll("-", " "));
  await page.getByRole("button", { name: say("登记", "Register"), exact: true }).click();
  await expect(heading(page, say("登记好了", "Registered"))).toBeVisible();
  const [phone] = await relay.office("devices");
  const groups = String(phone?.fingerprint).split("-").join("");
  await expect(page.getByText(groups.slice(0, 4)).first()).toBeVisible();
  await judge(page, "03-enrolled");
  await page.getByRole("button", { name: say("下一步", "Next"), exact: true }).click();
  await judge(page, "04-pin");
  await type(page, "135790");
  await type(page, "135790");
  await begin(bare);

  await page.getByRole("link", { name: say("我的", "Me"), exact: true }).click();
  await judge(page, "05-me");
  await page.getByRole("button", { name: say("立即锁上", "Lock now") }).click();
  const locked = heading(page, say("请输入锁屏密码", "Enter your PIN"));
  await expect(locked).toBeVisible();
  await judge(page, "06-lock");
  // Nothing of the records is on the page, and none comes back with a reload.
  await page.reload();
  await expect(locked).toBeVisible();
  await expect(page.getByText(COMMUNITY)).toHaveCount(0);
  await type(page, "000000");
  await expect(page.getByRole("alert")).not.toBeEmpty();
  await type(page, "135790");
  await expect(heading(page, say("我的", "Me"))).toBeVisible();
});

test("a day's work: list, card, visit, people, homes, issues", async ({ field }) => {
  const { page, relay } = field;
  await judge(page, "10-today");
  await page.getByRole("searchbox").fill("zhuhu101");
  await expect(page.getByText(personIn("101"))).toBeVisible();
  await judge(page, "11-search");
  await page.getByRole("searchbox").fill("绝无此人");
  await expect(page.getByText(say("没有找到“绝无此人”", "Nothing found for “绝无此人”"))).toBeVisible();
  await judge(page, "12-search-nothing");
  await page.getByRole("searchbox").fill("");
  await page.getByRole("link", { name: say(/楼栋图/, /^Chart of/) }).click();
  await expect(page.getByRole("link", { name: "101" })).toBeVisible();
  await judge(page, "13-building");
  await page.getByRole("link", { name: "101" }).click();
  await expect(page.getByText(personIn("101"))).toBeVisible();
  await judge(page, "14-household");

  const edit = page.getByRole("button", { name: say(/备注/, /^Note/) });
  await edit.click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(say("备注", "Note"), { exact: true }).fill("敲门要大声");
  await judge(page, "15-household-edit");
  await dialog.getByRole("button", { name: say("保存", "Save"), exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText("敲门要大声").first()).toBeVisible();
  await page.getByRole("button", { name: say(/标签/, /^Tags/) }).click();
  await dialog.getByRole("button", { name: say("独居", "lives alone") }).click();
  await expect(dialog.getByRole("button", { pressed: true })).toHaveText(say("独居", "lives alone"));
  await judge(page, "16-household-tags");
  await dialog.getByRole("button", { name: say("关闭", "Close") }).click();

  await page.getByRole("link", { name: say("新增居民", "Add a resident") }).click();
  await page.getByLabel(say("姓名", "Name"), { exact: true }).fill("陈桂兰");
  await page.getByRole("button", { name: say("女", "female"), exact: true }).click();
  await page.getByLabel(say("出生日期", "Born")).fill("1943-05");
  await judge(page, "17-resident");
  await page.getByRole("button", { name: say("保存", "Save"), exact: true }).click();
  await expect(page.getByText("陈桂兰")).toBeVisible();
  await page
    .getByRole("link", { name: /陈桂兰/ })
    .first()
    .click();
  await expect(page.getByLabel(say("出生日期", "Born"))).toHaveValue("1943-05");
  await judge(page, "18-resident-edit");
  await page.getByRole("button", { name: say("返回", "Back") }).click();

  await page.getByRole("link", { name: say("记录走访", "Record a visit") }).click();
  await page.getByRole("button", { name: say("已走访", "Visited"), exact: true }).click();
  await page.getByRole("button", { name: "2", exact: true }).click();
  await page.getByRole("button", { name: say("买药送药", "medicine") }).click();
  await judge(page, "19-visit");
  await page.getByRole("button", { name: say("保存", "Save"), exact: true }).click();
  await expect(heading(page, say("已保存", "Saved"))).toBeVisible();
  await judge(page, "20-saved");
  await page.getByRole("link", { name: say("回到今日列表", "Back to the list") }).click();

  await page.getByRole("link", { name: say("新增一户", "Add a household") }).click();
  await page.getByLabel(say("地址", "Address")).fill("阳光花园1-1-101");
  await expect(page.getByText(say(/可能已有这一户/, /It may be here already/))).toBeVisible();
  await judge(page, "21-add-household");
  await page.getByLabel(say("地址", "Address")).fill("阳光花园1-1-401");
  await expect(page.getByText(say(/可能已有这一户/, /It may be here already/))).toBeHidden();
  await page.getByRole("button", { name: say("保存", "Save"), exact: true }).click();
  await expect(page.getByRole("link", { name: say("记录走访", "Record a visit") })).toBeVisible();

  await page.getByRole("button", { name: say("返回", "Back") }).click();
  await page.getByRole("link", { name: say("问题", "Issues"), exact: true }).click();
  await judge(page, "22-issues-none");
  await page.getByRole("link", { name: say("上报问题", "Report an issue") }).click();
  await page.getByRole("button", { name: say("卫生", "Sanitation") }).click();
  await page.getByLabel(say("在哪里", "Where")).fill("3号楼东侧楼道");
  await page.getByLabel(say("什么问题", "What"), { exact: true }).fill("垃圾堆了三天没人清");
  await judge(page, "23-report");
  await page.getByRole("button", { name: say("保存", "Save"), exact: true }).click();
  await expect(heading(page, say("问题", "Issues"))).toBeVisible();
  await expect(page.getByRole("listitem").filter({ hasText: "垃圾堆了三天没人清" })).toBeVisible();
  await judge(page, "24-issues");
  await synced(page);
  const [issue] = await relay.office("issues");
  expect(issue).toMatchObject({ category: "sanitation", text: "垃圾堆了三天没人清" });
});

test("the office's directives and decisions are read, and the way out discards nothing silently", async ({
  field,
}) => {
  const { page, relay, cable } = field;
  const colleague = await relay.phone("李芳", GRID);
  const [home] = await colleague.households(personIn("201"));
  await colleague.say("edit", String(home?.id), "contact_phone", "13900139001");
  cable.cut();
  await openHousehold(page, personIn("201"));
  await page.getByRole("button", { name: say(/联系电话/, /^Contact phone/) }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox").fill("13800138001");
  await dialog.getByRole("button", { name: say("保存", "Save"), exact: true }).click();
  await expect(dialog).toBeHidden();

  // Signing out says what would be lost.
  await page.getByRole("button", { name: say("返回", "Back") }).click();
  await page.getByRole("link", { name: say("我的", "Me"), exact: true }).click();
  await page.getByRole("button", { name: say("退出并清空本机", "Sign out and clear this phone") }).click();
  await expect(dialog.getByText(say("还有 1 条记录没有上传", "1 record is not uploaded"))).toBeVisible();
  await expect(
    dialog.getByRole("button", { name: say("丢弃并退出", "Discard and sign out") }),
  ).toBeDisabled();
  await judge(page, "30-sign-out");
  await dialog.getByRole("button", { name: say("关闭", "Close") }).click();

  await colleague.sync();
  cable.mend();
  await synced(page);
  await expect.poll(async () => (await relay.office("conflicts")).length).toBe(1);
  await openOf(page, say("今日", "Today"));
  await openHousehold(page, personIn("201"));
  await expect(page.getByText(say("1 项有两个值", "1 field has two values"))).toBeVisible();
  await judge(page, "31-conflict");
  const [conflict] = await relay.office("conflicts");
  await relay.office("resolve", String(conflict?.id), "--value", "13900139001", "--reason", "已打电话核实");
  await relay.office("directives", "issue", "--title", "发放口罩", "--text", "每户限领口罩5只");

  await page.getByRole("button", { name: say("返回", "Back") }).click();
  await page.getByRole("link", { name: say(/^消息/, /^Messages/) }).click();
  await expect(page.getByText("每户限领口罩5只")).toBeVisible();
  await judge(page, "32-directives");
  await page.getByRole("button", { name: say("我已阅读并知晓", "I have read this") }).click();
  await expect(page.getByText(say(/^签收于/, /^Acknowledged/))).toBeVisible();
  const [first] = await relay.office("directives");
  await relay.office(
    "directives",
    "issue",
    "--title",
    "发放口罩",
    "--text",
    "每户限领口罩10只",
    "--supersedes",
    String(first?.id),
  );
  await page.getByRole("button", { name: say("改了什么", "What changed") }).click();
  await expect(page.locator("ins")).toHaveText("10");
  await judge(page, "33-directive-changes");
  await page.getByRole("button", { name: say(/^合并结果/, /^Decisions/) }).click();
  await expect(page.getByText("13900139001")).toBeVisible();
  await expect(page.locator("s")).toHaveText("13800138001");
  await expect(page.getByText("已打电话核实")).toBeVisible();
  await judge(page, "34-decisions");
  await page.getByRole("button", { name: say("知道了", "Understood") }).click();
  await expect(page.getByRole("button", { name: say("知道了", "Understood") })).toBeHidden();
  await openOf(page, say("我的", "Me"));
  await page.getByRole("link", { name: say(/同步与未上传/, /Sync and unsent/) }).click();
  await judge(page, "35-sync");

  // Everything is at the relay, so leaving loses nothing, and the phone is as new.
  await page.getByRole("button", { name: say("返回", "Back") }).click();
  await synced(page);
  await page.getByRole("button", { name: say("退出并清空本机", "Sign out and clear this phone") }).click();
  await dialog.getByRole("button", { name: say("退出", "Sign out"), exact: true }).click();
  await expect(
    heading(page, say("把这部手机登记到社区", "Register this phone with the office")),
  ).toBeVisible();
});

async function type(page: Parameters<typeof synced>[0], pin: string) {
  for (const digit of pin) await page.getByRole("button", { name: digit, exact: true }).click();
}

async function openOf(page: Parameters<typeof synced>[0], name: string) {
  await page.getByRole("navigation").getByRole("link", { name, exact: true }).click();
}
