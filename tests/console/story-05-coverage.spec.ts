/** Coverage: the building chart of a large community, alive while it is looked at, walked by keyboard. */
import type { Page } from "@playwright/test";
import { expect, judge, open, say, test, type Scene } from "./src/story.ts";

/** A household of the chart on the page, and a real phone that has it. */
async function neighbour({ relay, page }: Scene) {
  const cell = page.locator(".chart [data-id]").nth(40);
  const id = String(await cell.getAttribute("data-id"));
  const { grid } = await relay.api(`/v1/households/${id}?visits=0`);
  const phone = await relay.phone("陈静", String(grid));
  return { id, phone, cell: page.locator(`.chart [data-id="${id}"]`) };
}

/** Shows one building: a program that looks at every cell of an estate takes a minute for each picture. */
async function narrow(page: Page) {
  await page.getByRole("combobox", { name: say("楼栋", "Building") }).click();
  await page.getByTitle(say(/^1号楼/, /^Building 1 /)).click();
  await expect(page.getByRole("grid")).toHaveCount(1);
}

/** A page that is loaded anew forgets this. */
async function remember(page: Page) {
  await page.evaluate(() => document.documentElement.setAttribute("data-not-reloaded", "yes"));
}

test("a visit synced from a phone colours its cell while somebody looks", async ({ large }) => {
  const { relay, page } = large;
  const started = Date.now();
  await open(page, "覆盖", "Coverage");
  await expect(page.getByRole("gridcell").first()).toBeVisible();
  const ready = Date.now() - started;
  const drawn = await page.locator(".chart [data-id]").count();
  console.log(`coverage: ${drawn} cells drawn and ready ${ready} ms after the click`);
  expect(drawn).toBeGreaterThan(1_000);
  await remember(page);
  await judge(page, "05-coverage-untouched");

  const { id, phone, cell } = await neighbour(large);
  await expect(cell).toHaveAttribute("data-look", "never");
  await phone.one("visit", id, "--outcome", "done", "--note", "在家");
  await phone.sync();
  // The page hears of it and reads that building: nothing is asked again until then.
  await expect(cell).toHaveAttribute("data-look", "done", { timeout: 2_000 });
  await expect(cell).toHaveAccessibleName(say(/已走访 0天前/, /Visited 0 days ago/));
  await expect(page.locator("html")).toHaveAttribute("data-not-reloaded", "yes");
  const legend = page.getByRole("list", { name: say("图例", "Legend") });
  await expect(
    legend
      .getByRole("listitem")
      .filter({ hasText: say("已走访", "Visited") })
      .first(),
  ).toContainText("1");
  await narrow(page);
  await cell.hover();
  await judge(page, "05-coverage-live");

  // What happens while the relay is away is caught up with by itself.
  await phone.one("visit", id, "--outcome", "revisit");
  await relay.restart("SIGKILL");
  await phone.sync();
  await expect(cell).toHaveAttribute("data-look", "revisit");
  await expect(page.locator("html")).toHaveAttribute("data-not-reloaded", "yes");
});

test("the chart is coloured by days or by a tag, narrowed, and walked with the keyboard alone", async ({
  large,
}) => {
  const { page } = large;
  await open(page, "覆盖", "Coverage");
  await narrow(page);
  const { id, phone, cell } = await neighbour(large);
  await phone.one("visit", id, "--outcome", "no_answer");
  await phone.one("visit", id, "--outcome", "done", "--campaign", "消防排查");
  await phone.one("edit", id, "tags", "+独居老人甲");
  await phone.sync();
  await expect(cell).toHaveAttribute("data-look", "done");

  await page.getByText(say("距上次天数", "Days since"), { exact: true }).click();
  await expect(cell).toHaveText("0");
  await judge(page, "05-coverage-days");
  await page.getByText(say("标签", "Tag"), { exact: true }).click();
  const tag = page.getByRole("combobox", { name: say("标签", "Tag") });
  await tag.fill("独居老人甲");
  await tag.press("Enter");
  await expect(cell).toHaveAttribute("data-look", "tagged");
  await judge(page, "05-coverage-tag");

  await page.getByText(say("走访结果", "Outcome"), { exact: true }).click();
  const campaign = page.getByRole("combobox", { name: say("时期或排查", "Quarter or campaign") });
  await campaign.click();
  await page.getByTitle(/消防排查/).click();
  await expect(page.getByRole("combobox", { name: say("小区", "Estate") }).locator("..")).toContainText(
    " 1/",
  );
  await expect(cell).toHaveAttribute("data-look", "done");

  // One Tab stop a building; arrows go from door to door and floor to floor, Enter opens.
  const first = page.locator(".chart [data-id][tabindex='0']").first();
  await first.focus();
  const from = await first.getAttribute("aria-label");
  await page.keyboard.press("ArrowRight");
  const here = page.locator(".chart [data-id]:focus");
  await expect(here).not.toHaveAttribute("aria-label", String(from));
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("End");
  const name = String(await here.getAttribute("aria-label"));
  await expect(page.getByRole("complementary", { name: say("这一户", "This household") })).toContainText(
    name.split(" ").slice(0, 1).join(" "),
  );
  await judge(page, "05-coverage-keyboard");
  const opened = await here.getAttribute("data-id");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`/households/${opened}$`));
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  // Going back finds the chart as it was left.
  await page.goBack();
  await expect(page).toHaveURL(/campaign=/);
  await expect(page.getByRole("gridcell").first()).toBeVisible();
});

test("progress by grid is a chart and a table of the same numbers", async ({ large }) => {
  const { page } = large;
  await open(page, "覆盖", "Coverage");
  await page.getByRole("tab", { name: say("网格进度", "Progress by grid") }).click();
  await expect(page.getByRole("img", { name: say(/33 个网格/, /33 grids/) })).toBeVisible();
  await expect(page.getByText(say("共 11,500 户", "11,500 households"))).toBeVisible();
  await judge(page, "05-grids-bars");
  await page.getByText(say("表格", "Table"), { exact: true }).click();
  await expect(page.getByRole("row")).not.toHaveCount(0);
  await judge(page, "05-grids-table");
});

test("before the first roster the page says what to do", async ({ office }) => {
  await open(office.page, "覆盖", "Coverage");
  await expect(office.page.getByText(say("还没有户", "No households yet"))).toBeVisible();
  await judge(office.page, "05-coverage-empty");
});
