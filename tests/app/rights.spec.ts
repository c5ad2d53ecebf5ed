/** What people are told, may say and may refuse, at a door without a signal. */
import { judge } from "./src/judge.ts";
import { expect, goOffline, goOnline, openHousehold, personIn, say, synced, test } from "./src/story.ts";

const OPERATOR = {
  name: "样例社区居委会",
  icp_filing: "京ICP备12345678号",
  police_filing: "",
  app_filing: "京ICP备12345678号-1A",
  complaints: "0312-1234567",
};
const NOTICE = { zh: "我们只登记走访所需的信息。", en: "We write down what a visit needs and no more." };
const COMPLAINT = "登记问题太多,老人听不懂";
const ANSWER = "已精简到五个问题";

test("a worker reads who runs this and what for, complains offline, and hears the answer", async ({
  field,
}) => {
  const { page, relay } = field;
  await relay.api("/v1/operator", { method: "PUT", body: JSON.stringify(OPERATOR) });
  await relay.api("/v1/privacy-notices", { method: "POST", body: JSON.stringify(NOTICE) });
  await page
    .getByRole("link", {
      name: say("隐私说明有新版,请阅读", "There is a new privacy notice; please read it"),
    })
    .click();
  await expect(page.getByText(OPERATOR.app_filing)).toBeVisible();
  await expect(page.getByText(say(NOTICE.zh, NOTICE.en))).toBeVisible();
  await judge(page, "60-operator");
  await page.getByRole("button", { name: say("我已阅读", "I have read it") }).click();
  await expect(page.getByText(say(/^已阅读/, /^Read/))).toBeVisible();

  await goOffline(field);
  await page.getByRole("button", { name: say("身边的居民", "A resident's beside me") }).click();
  await page.getByLabel(say("内容", "What"), { exact: true }).fill(COMPLAINT);
  await judge(page, "61-complaint");
  await page.getByRole("button", { name: say("保存,联网后送出", "Save, sent when connected") }).click();
  const told = page.getByRole("article").filter({ hasText: COMPLAINT });
  await expect(told.getByText(say("待上传", "Waits to be uploaded"))).toBeVisible();
  await goOnline(field);
  await expect(told.getByText(say("等待答复", "Waits for an answer"))).toBeVisible();
  const complaints: unknown = await relay.api("/v1/complaints");
  const [one] = complaints as { id: string; text: string; of_resident: boolean }[];
  expect(one).toMatchObject({ text: COMPLAINT, of_resident: true });
  const answer = { method: "POST", body: JSON.stringify({ text: ANSWER }) };
  await relay.api(`/v1/complaints/${String(one?.id)}/answer`, answer);
  await expect(told).toContainText(ANSWER);
  await judge(page, "62-answered");
  const receipts: unknown = await relay.api("/v1/privacy-notices/1/receipts");
  expect((receipts as { read_at: string | null }[]).some(({ read_at }) => read_at !== null)).toBe(true);
});

test("a resident is asked one purpose at a time, and takes back as easily", async ({ field }) => {
  const { page, relay } = field;
  await openHousehold(page, personIn("101"));
  await page
    .getByRole("link", { name: new RegExp(personIn("101")) })
    .first()
    .click();
  await page.getByRole("button", { name: say("同意记录", "What they agree to") }).click();
  const dialog = page.getByRole("dialog");
  const called = dialog.locator("section").filter({ hasText: say("电话联系", "Being called") });
  await expect(called.getByText(say("没有问过", "not asked"))).toBeVisible();
  await goOffline(field);
  await called.getByRole("button", { name: say("同意", "Agrees"), exact: true }).click();
  await expect(called.getByText(say("已同意", "agreed"), { exact: true })).toBeVisible();
  await judge(page, "63-consents");
  await called.getByRole("button", { name: say("不同意", "Does not"), exact: true }).click();
  await expect(called.getByText(say("已同意", "agreed"), { exact: true })).toBeHidden();
  await goOnline(field);
  await dialog.getByRole("button", { name: say("关闭", "Close") }).click();
  await synced(page);
  const [home] = await relay.office("households", "--search", personIn("101"));
  const { people } = await relay.officeOne("household", String(home?.id));
  const [person] = people as { consents: { purpose: string; standing: string; said: unknown[] }[] }[];
  const one = person?.consents.find(({ purpose }) => purpose === "contact_by_phone");
  expect(one).toMatchObject({ standing: "withdrawn" });
  expect(one?.said).toHaveLength(2);
});
