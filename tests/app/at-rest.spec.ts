/** A lost phone: whoever copies the browser's files finds nothing of what it was told. */
import { leaked, read, where } from "../console/src/files.ts";
import { test } from "./src/kept.ts";
import { expect, goOffline, openHousehold, personIn, say, synced, visit } from "./src/story.ts";

/** What the records say, and what the worker typed. */
const PLANTED = {
  name: personIn("101"),
  telephone: "13800001010",
  sent: "腿脚不便,周三送药",
  unsent: "女儿在外地,电话打不通",
  draft: "邻居说搬走了,待核实",
  searched: "住户302",
};
/** The story writes these itself where anybody can read them, so that looking is known to find something. */
const OPEN = { kept: "这一句谁都能读到", typed: "这一格谁都能恢复" };
/** Six households and their visits take more. */
const STORE_BYTES_MIN = 100 * 1024;

test("nothing of the records can be read in the browser's files", async ({ field, profile }) => {
  const { page } = field;
  await openHousehold(page, personIn("101"));
  await visit(page, say("已走访", "Visited"), PLANTED.sent);
  await page.getByRole("link", { name: say("回到今日列表", "Back to the list") }).click();
  await synced(page);
  await page.getByRole("searchbox").fill(PLANTED.searched);
  await expect(page.getByRole("main").getByText(PLANTED.searched)).toBeVisible();

  await goOffline(field);
  await openHousehold(page, personIn("102"));
  await visit(page, say("已走访", "Visited"), PLANTED.unsent);
  await page.getByRole("link", { name: say("回到今日列表", "Back to the list") }).click();
  await openHousehold(page, personIn("201"));
  await page.getByRole("link", { name: say("记录走访", "Record a visit") }).click();
  await page.getByLabel(say("备注", "Note")).fill(PLANTED.draft);
  // A browser keeps what stands in a page's fields, to fill them in after a crash. It does so when it pleases, with all
  // of a page's fields at once: the draft's are looked at when a field that is nobody's secret has come to a file.
  await page.evaluate(() => document.body.append(document.createElement("textarea")));
  await page.locator("body > textarea").fill(OPEN.typed);
  await expect.poll(async () => where(await read(profile), OPEN.typed)).not.toEqual([]);
  const restorable = await read(profile);
  // A draft is on disk when another page of the same browser shows it.
  const address = page.url();
  const again = await field.context.newPage();
  await page.close();
  await again.goto(address);
  await expect(again.getByLabel(say("备注", "Note"))).toHaveValue(PLANTED.draft);
  await again.evaluate((text) => {
    localStorage.setItem("story", text);
  }, OPEN.kept);
  await field.context.close();

  const files = await read(profile);
  expect(where(files, OPEN.kept), "the search finds what lies open").not.toEqual([]);
  const store = [...files].filter(([name]) => name.includes("File System"));
  const bytes = store.reduce((sum, [, some]) => sum + some.length, 0);
  expect(bytes, "the app's store is among the files").toBeGreaterThan(STORE_BYTES_MIN);
  expect(leaked(restorable, PLANTED), "while the app is open").toEqual({});
  expect(leaked(files, PLANTED)).toEqual({});
});
