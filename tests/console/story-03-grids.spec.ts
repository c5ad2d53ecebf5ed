/** Grids and people: buildings are drawn into grids, workers get them from a day to a day, phones follow. */
import { writeFile } from "node:fs/promises";
import type { Locator, Page } from "@playwright/test";
import { ADMIN, confirmPassword, expect, judge, open, say, signIn, test } from "./src/story.ts";
import type { Relay } from "./src/relay.ts";

const GRID = "999999000001001";
const READER = { name: "看看", password: "zhi-kan-bu-gai" };

test("a new grid is drawn out of buildings of a large community, and phones follow", async ({ large }) => {
  const { relay, page } = large;
  const started = Date.now();
  await openGrids(page);
  const tree = page.getByRole("tree");
  await expect(line(page, "样例社区")).toContainText("11,500");
  await expect(page.getByText(say(/^33 个网格,11,500 户/, /^33 grids, 11,500 households/))).toBeVisible();
  console.log(`grids: ready ${Date.now() - started} ms after the click`);
  await judge(page, "03-grids");

  // A building that one grid has to itself, and somebody with a phone in that grid.
  const { estates } = await relay.api("/v1/places");
  const estate = estates[0];
  const building = estate.buildings.find((it: Said) => codesOf(it).length === 1);
  const [former = ""] = codesOf(building);
  const homes: Said[] = await list(relay, former);
  const inside = await cells(relay, String(estate.name), String(building.name));
  expect(inside.length).toBe(building.households);
  const chen = await relay.phone("陈静", former);
  const other = (await grids(relay)).find(({ code }) => code !== former);
  const li = await relay.phone("李强", String(other?.code));
  const [home] = inside;
  expect((await chen.one("household", String(home?.id))).id).toBe(home?.id);

  // By keyboard: down to the building, and ticked.
  const name = say(`${building.name}号楼`, `Building ${building.name}`);
  await tree.focus();
  const row = line(page, name).first();
  for (let steps = 0; !(await row.getAttribute("class"))?.includes(ACTIVE); steps += 1) {
    expect(steps, "arrows lead to the building").toBeLessThan(100);
    await page.keyboard.press("ArrowDown");
  }
  await page.keyboard.press("Space");
  const chosen = page.getByRole("status").filter({ hasText: say("已选", "ticked") });
  await expect(chosen).toContainText(String(building.households));
  await expect(chosen).toContainText(say("偏少", "Small"));
  await judge(page, "03-ticked");

  await page.getByRole("button", { name: say("划入网格", "Give to a grid") }).click();
  const dialog = page.getByRole("dialog");
  await choose(page, dialog.getByRole("combobox"), String(other?.code));
  await expect(dialog.getByRole("row").nth(1)).toContainText(
    number(Number(other?.households) + inside.length),
  );
  await judge(page, "03-assign-known");
  await dialog.getByText(say("新网格", "A new grid"), { exact: true }).click();
  await dialog.getByLabel(say("名称", "Name")).fill("东南片");
  const fresh = dialog.getByRole("row").filter({ hasText: say("新网格", "The new grid") });
  await expect(fresh).toContainText(number(inside.length));
  await expect(dialog.getByRole("row").filter({ hasText: number(homes.length - inside.length) })).toHaveCount(
    1,
  );
  await judge(page, "03-assign-new");
  expect((await grids(relay)).length, "looking changes nothing").toBe(33);
  await dialog.getByRole("button", { name: say("确认划入", "Give to this grid") }).click();
  await expect(page.getByText(say(/户已划入 东南片/, /now belong to 东南片/))).toBeVisible();
  await expect(dialog).toBeHidden();

  const drawn = gridRow(page, "东南片");
  await expect(drawn).toContainText(number(inside.length));
  await expect(drawn).toContainText(say("没有网格员", "No worker"));
  const code = String((await grids(relay)).find((it) => it.name === "东南片")?.code);

  // Li is appointed there; what each phone holds follows.
  await drawn.press("Enter");
  const drawer = page.getByRole("dialog", { name: "东南片" });
  await expect(drawer).toContainText(`${String(estate.name)} ${name}`);
  await drawer.getByRole("button", { name: say("任命", "Appoint"), exact: true }).click();
  const appoint = page.getByRole("dialog", { name: say("任命", "Appoint") });
  await choose(page, appoint.getByRole("combobox", { name: say("网格员", "Worker") }), "李强");
  await appoint.getByRole("checkbox").check();
  await judge(page, "03-appoint");
  await appoint.getByRole("button", { name: say("任命", "Appoint"), exact: true }).click();
  await expect(appoint).toBeHidden();
  await expect(drawer).toContainText("李强");
  await judge(page, "03-grid");
  await drawer.getByLabel(say("名称", "Name")).fill("东南一片");
  await drawer.getByRole("button", { name: say("改名", "Rename") }).click();
  await expect(page.getByRole("dialog", { name: "东南一片" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(gridRow(page, "东南一片")).toContainText(say("李强 网格长", "李强 Head"));

  await li.sync();
  await chen.sync();
  await relay.api("/v1/status");
  await li.sync();
  await chen.sync();
  const ids = (rows: Said[]) => new Set(rows.map(({ id }) => String(id)));
  const lis = ids(await li.say("households", "--grid", code, "--limit", "20000"));
  const chens = ids(await chen.say("households", "--limit", "20000"));
  expect(lis).toEqual(ids(inside));
  expect(chens).toEqual(ids(homes.filter((it) => !lis.has(String(it.id)))));
});

test("workers come and go by the day, and the way to a phone is short", async ({ office }) => {
  const { relay, page } = office;
  await openGrids(page);
  await expect(page.getByText(say("还没有网格", "No grids yet"))).toBeVisible();
  await judge(page, "03-none");
  await prepare(relay);
  await expect(gridRow(page, GRID)).toBeVisible();

  await page.getByText(say("网格员 0", "Workers 0"), { exact: true }).click();
  await expect(page.getByText(say("还没有网格员", "No workers yet"))).toBeVisible();
  await judge(page, "03-people-none");
  await page
    .getByRole("button", { name: say("添加网格员", "Add a worker") })
    .first()
    .click();
  const dialog = page.getByRole("dialog", { name: say("添加网格员", "Add a worker") });
  await dialog.getByRole("button", { name: say("添加网格员", "Add a worker") }).click();
  await expect(dialog.getByText(say("请填写", "Fill this in")).first()).toBeVisible();
  await dialog.getByLabel(say("姓名", "Name")).fill("<b>王芳</b>");
  await choose(page, dialog.getByRole("combobox", { name: say("网格", "Grids") }), GRID);
  await day(dialog, say("起始日", "First day"), "2026-01-05");
  await judge(page, "03-add-worker");
  await dialog.getByRole("button", { name: say("添加网格员", "Add a worker") }).click();
  const wang = gridRow(page, "<b>王芳</b>");
  await expect(wang).toContainText(say("自 2026-01-05", "since 2026-01-05"));
  await expect(wang).toContainText(say("没有手机", "No phone"));

  await wang.press("Enter");
  const drawer = page.getByRole("dialog", { name: "<b>王芳</b>" });
  await drawer.getByRole("button", { name: say(/^结束任职/, /^End the appointment/) }).click();
  const end = page.getByRole("dialog").filter({ has: page.locator("#end_to") });
  await day(end, say("截止日", "Last day"), "2026-01-01");
  await end.getByRole("button", { name: say("保存", "Save") }).click();
  await expect(end).toContainText(say("截止日不能早于起始日", "cannot come before"));
  await judge(page, "03-end");
  await day(end, say("截止日", "Last day"), "2026-02-28");
  await end.getByRole("button", { name: say("保存", "Save") }).click();
  await expect(end).toBeHidden();
  await expect(drawer).toContainText(say("已结束", "Ended"));
  await expect(drawer).toContainText(say("2026-01-05 至 2026-02-28", "2026-01-05 to 2026-02-28"));
  await judge(page, "03-worker");

  await drawer.getByRole("link", { name: say("登记手机", "Enrol a phone") }).click();
  const enrol = page.getByRole("dialog", { name: say("登记手机", "Enrol a phone") });
  await expect(enrol).toContainText("<b>王芳</b>");
  await enrol.getByRole("button", { name: say("生成登记码", "Make a code") }).click();
  await confirmPassword(page);
  await expect(enrol.getByRole("img").first()).toBeVisible();
});

test("a list of grid codes is pasted: looked at, bad rows named, taken in", async ({ office }) => {
  const { relay, page } = office;
  await prepare(relay);
  await relay.office("grids", "rename", GRID, "第一网格");
  await openGrids(page);
  await page.getByRole("button", { name: say("导入网格编码", "Import grid codes") }).click();
  const dialog = page.getByRole("dialog", { name: say("导入网格编码", "Import grid codes") });
  await dialog.getByLabel(say("粘贴表格", "Paste a table")).fill("姓名\t地址\n张三\t3-2-501");
  await dialog.getByRole("button", { name: say("检查", "Check") }).click();
  await expect(dialog.getByRole("alert")).toContainText(say("没有找到表头", "no header row"));
  await judge(page, "03-import-refused");

  const rows = [
    "网格编码\t网格名称\t小区\t楼栋\t单元",
    "999999000001002\t东片\t阳光花园\t2\t",
    "WG-01\t第一网格\t\t\t",
    "123\t没见过\t\t\t",
    "999999000001002\t东片\t没有的小区\t9\t",
    "999999000001003\t=cmd()\t\t\t",
  ];
  const file = relay.file("网格.csv");
  await writeFile(file, rows.join("\n"));
  await dialog.locator("input[type=file]").setInputFiles(file);
  await dialog.getByRole("button", { name: say("检查", "Check") }).click();
  const bad = dialog.getByRole("region", { name: say("2 行不能采用", "2 rows cannot be taken") });
  await expect(bad.getByRole("row")).toHaveCount(3);
  await expect(bad).toContainText(say("这不是网格编码", "this is no code"));
  await expect(bad).toContainText(say("没有登记的住户", "no household is registered"));
  await judge(page, "03-import-looked");
  expect((await grids(relay)).length, "looking changes nothing").toBe(1);
  await dialog.getByRole("button", { name: say("导入 3 行", "Import 3 rows") }).click();
  await expect(dialog).toBeHidden();
  await expect(gridRow(page, "东片")).toContainText(say("2 户", "2"));
  await expect(gridRow(page, "=cmd()")).toBeVisible();
  const known = (await grids(relay)).find(({ code }) => code === GRID);
  expect(known?.aliases).toEqual(["wg01"]);

  await page.getByRole("button", { name: say("新建网格", "Add a grid") }).click();
  const add = page.getByRole("dialog", { name: say("新建网格", "Add a grid") });
  await add.getByLabel(say("名称", "Name")).fill("又一个");
  await add.getByLabel(say("编码", "Code")).fill(GRID);
  await add.getByRole("button", { name: say("新建网格", "Add a grid") }).click();
  await expect(add.getByRole("alert")).toContainText(say("已经有了", "there is a grid"));
  await judge(page, "03-add-taken");
  await add.getByLabel(say("编码", "Code")).fill("");
  await add.getByRole("button", { name: say("新建网格", "Add a grid") }).click();
  await expect(gridRow(page, "又一个")).toContainText("999999000001004");
});

test("a home that no roster had joins the grid around it", async ({ office }) => {
  const { relay, page } = office;
  await prepare(relay);
  await relay.office("grids", "add", "东片");
  await relay.office("grids", "assign", "999999000001002", "阳光花园/2");
  await open(page, "户", "Households");
  await page.getByRole("button", { name: say("新增住户", "Add a household") }).click();
  const dialog = page.getByRole("dialog", { name: say("新增住户", "Add a household") });
  const address = dialog.getByLabel(say("地址", "Address"));
  const save = dialog.getByRole("button", { name: say("新增住户", "Add a household") });
  await address.fill("没有的小区9号楼1单元101");
  await save.click();
  await expect(dialog.getByText(say("请选择网格", "choose a grid"))).toBeVisible();
  await judge(page, "03-add-household-where");
  await address.fill("阳光花园2-1-301");
  await save.click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("301");
  const homes = await list(relay, "999999000001002");
  expect(homes.length).toBe(3);

  // One that is there already is said to be.
  await open(page, "户", "Households");
  await page.getByRole("button", { name: say("新增住户", "Add a household") }).click();
  await address.fill("阳光花园2-1-101");
  await save.click();
  const alike = page.getByRole("dialog", { name: say("可能重复", "Perhaps there already") });
  await expect(alike.getByRole("link")).toHaveCount(2);
  await judge(page, "03-add-household-alike");
  await alike.getByRole("link").first().click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("101");
});

test("who may only read sees grids and people and changes nothing", async ({ office }) => {
  const { relay, page } = office;
  await prepare(relay);
  await relay.office("workers", "add", "陈静", "--grid", GRID);
  const password = relay.file("password");
  await writeFile(password, READER.password);
  await relay.office("users", "add", READER.name, "--role", "readonly", "--password-file", password);
  await page.getByRole("banner").getByRole("button", { name: ADMIN.name }).click();
  await page.getByRole("menuitem", { name: say("退出登录", "Sign out") }).click();
  await signIn(page, READER.name, READER.password);
  await openGrids(page);
  await expect(line(page, "阳光花园")).toBeVisible();
  await expect(page.getByRole("checkbox")).toHaveCount(0);
  await expect(page.getByRole("main").getByRole("button", { name: say("新建网格", "Add") })).toHaveCount(0);
  await gridRow(page, GRID).click();
  const drawer = page.getByRole("dialog");
  await expect(drawer).toContainText("陈静");
  await expect(drawer.getByRole("button")).toHaveCount(1);
  await judge(page, "03-readonly");
});

type Said = Record<string, any>;
const ACTIVE = "ant-tree-treenode-active";

async function openGrids(page: Page) {
  await open(page, "网格与人员", "Grids and people");
}

/** A line of the tree. */
function line(page: Page, text: string): Locator {
  return page.locator(".ant-tree-treenode").filter({ hasText: text });
}

function gridRow(page: Page, text: string): Locator {
  return page.locator("[data-row-key]").filter({ hasText: text });
}

/** Types into a select and takes the first that fits. */
async function choose(page: Page, box: Locator, text: string) {
  await box.fill(text);
  await expect(page.locator(".ant-select-item-option-active:visible")).toContainText(text);
  await box.press("Enter");
}

async function day(dialog: Locator, label: string, text: string) {
  const field = dialog.getByLabel(label);
  await field.fill(text);
  // Enter would send the form.
  await field.press("Tab");
}

async function grids(relay: Relay): Promise<Said[]> {
  return (await relay.api("/v1/grids")) as Said[];
}

async function list(relay: Relay, grid: string): Promise<Said[]> {
  return (await relay.api(`/v1/households?grid=${grid}&limit=20000`)) as Said[];
}

function codesOf(building: Said): string[] {
  const codes = building.units.flatMap((unit: Said) => Object.keys(unit.grids as object));
  return [...new Set<string>(codes)];
}

async function cells(relay: Relay, estate: string, building: string): Promise<Said[]> {
  const [{ community = "" } = {}] = await grids(relay);
  const query = new URLSearchParams({ estate, building, community: String(community) });
  return (await relay.api(`/v1/coverage/cells?${query.toString()}`)).cells as Said[];
}

function number(count: number): string {
  return new Intl.NumberFormat("en").format(count);
}

/** Two buildings of one grid. */
async function prepare(relay: Relay) {
  const doors = ["1,1,101", "1,1,102", "1,2,201", "2,1,101", "2,1,102"].map(
    (door, at) => `${GRID},阳光花园,${door},住户${String(at)},1380000000${String(at)}`,
  );
  const roster = relay.file("名册.csv");
  await writeFile(roster, ["网格编码,小区,楼栋,单元,房号,姓名,联系电话", ...doors].join("\n"));
  await relay.office("import", "roster", roster, "--community", "样例社区");
}
