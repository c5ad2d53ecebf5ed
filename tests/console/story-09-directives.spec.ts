/** Directives: written, issued, read offline on a real phone, replaced, told to households. */
import type { Page } from "@playwright/test";
import { writeFile } from "node:fs/promises";
import type { Relay } from "./src/relay.ts";
import { expect, judge, open, say, test } from "./src/story.ts";

const GRID = "999999000001001";

test("a directive reaches a worker who is offline, is replaced, and is told to households", async ({
  office,
}) => {
  const { relay, page } = office;
  await prepare(relay);
  const chen = await relay.phone("陈静", GRID);
  await relay.office("workers", "add", "李强", "--grid", GRID);
  await open(page, "通知指令", "Directives");
  await expect(page.getByText(say("没有现行的指令", "No directive is in force"))).toBeVisible();
  await judge(page, "09-directives-none");

  // Written; what is typed is kept, also when the page is loaded anew.
  await page.getByRole("button", { name: say("写指令", "Write a directive") }).click();
  const editor = page.getByRole("dialog", { name: say("写指令", "Write a directive") });
  await editor.getByLabel(say("标题", "Title")).fill("领取口罩");
  await editor
    .getByRole("textbox", { name: say("内容", "Text") })
    .fill("每户限领口罩 5 只,到社区服务站领取。");
  await expect(editor.getByText(say("已保存草稿", "Draft kept"))).toBeVisible();
  await judge(page, "09-directive-draft");
  await page.reload();
  await tab(page, say("草稿与待生效 1", "Drafts and scheduled 1"));
  await row(page, "领取口罩").click();
  await expect(editor.getByRole("textbox", { name: say("内容", "Text") })).toHaveValue(
    "每户限领口罩 5 只,到社区服务站领取。",
  );
  await editor.getByRole("button", { name: say("签发", "Issue"), exact: true }).click();
  await expect(row(page, "领取口罩")).toContainText(say("现行", "In force"));
  await judge(page, "09-directives");

  // Read and told offline.
  await chen.sync();
  const [first] = await chen.say("directives");
  expect(first?.text).toContain("5 只");
  await chen.one("acknowledge", String(first?.id));
  const [home, other] = await chen.say("households");
  await chen.say("visit", String(home?.id), "--outcome", "done", "--told", String(first?.id));
  await chen.say("visit", String(other?.id), "--outcome", "done", "--told", `${String(first?.id)}:call`);
  await row(page, "领取口罩").press("Enter");
  const view = page.getByRole("dialog", { name: "领取口罩" });
  await expect(view.getByText(say("已签收 0 / 2 人", "0 of 2 have read it"))).toBeVisible();
  await expect(view.getByRole("row", { name: "李强" })).toContainText(
    say("还没有可用的手机", "no phone in use"),
  );
  // The page hears of it while it is open.
  await chen.sync();
  await expect(view.getByText(say("已签收 1 / 2 人", "1 of 2 have read it"))).toBeVisible();
  await expect(view.getByText("2 / 4")).toBeVisible();
  await judge(page, "09-directive");
  await view.getByRole("button", { name: say("看 2 户未传达的", "show 2 households not told yet") }).click();
  const untold = view.getByRole("list", { name: say("未传达的户", "Households not told yet") });
  await expect(untold.getByRole("link")).toHaveCount(2);
  await untold.scrollIntoViewIfNeeded();
  await judge(page, "09-directive-untold");

  // Replaced: the phone shows the new one only, and what changed.
  await view.getByRole("button", { name: say("写新版取代", "Write the next version") }).click();
  const next = page.getByRole("dialog", { name: say("写第 2 版", "Write version 2") });
  await next
    .getByRole("textbox", { name: say("内容", "Text") })
    .fill("每户限领口罩 10 只,到社区服务站领取。");
  await expect(next.locator("ins")).toHaveText(["10"]);
  await judge(page, "09-directive-next");
  await next.getByRole("button", { name: say("签发", "Issue"), exact: true }).click();
  await expect(next).toBeHidden();
  await expect(row(page, "领取口罩")).toContainText(say("现行", "In force"));
  await row(page, "领取口罩").press("Enter");
  await expect(view.locator("del")).toHaveText(["5"]);
  await judge(page, "09-directive-second");
  await page.keyboard.press("Escape");
  await tab(page, say("历史 1", "Past 1"));
  await expect(row(page, "领取口罩")).toContainText(say("已被取代", "Superseded"));
  await judge(page, "09-directives-past");
  await chen.sync();
  const shown = await chen.say("directives");
  expect(shown).toHaveLength(1);
  expect(shown[0]?.text).toContain("10 只");
  expect(shown[0]?.changes).toContainEqual({ fate: "added", text: "10" });

  // Taken back, with a reason.
  await tab(page, say("现行 1", "In force 1"));
  await row(page, "领取口罩").press("Enter");
  await view.getByRole("button", { name: say("撤回", "Withdraw") }).click();
  const reason = page.getByRole("dialog").filter({ has: page.locator("#reason") });
  await reason.locator("#reason").fill("数量有误");
  await reason.getByRole("button", { name: say("撤回", "Withdraw") }).click();
  await expect(view).toContainText("数量有误");
  await chen.sync();
  const [again] = await chen.say("directives");
  expect(again?.text).toContain("5 只");
});

async function prepare(relay: Relay) {
  const rooms = ["101", "102", "201", "202"];
  const doors = rooms.map((room) => `${GRID},阳光花园,1,1,${room},住户${room},1380000${room}0`);
  const roster = relay.file("名册.csv");
  await writeFile(roster, ["网格编码,小区,楼栋,单元,房号,姓名,联系电话", ...doors].join("\n"));
  await relay.office("import", "roster", roster, "--community", "样例社区");
}

function tab(page: Page, name: string) {
  return page.getByText(name, { exact: true }).click();
}

function row(page: Page, text: string) {
  return page.locator("[data-row-key]").filter({ hasText: text });
}
