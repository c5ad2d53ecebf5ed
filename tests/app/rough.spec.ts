/** What befalls a phone: killed in the middle of a save, open twice, its clock moved, a relay whose past was taken back. */
import {
  badge,
  expect,
  goOffline,
  goOnline,
  heading,
  openHousehold,
  personIn,
  say,
  synced,
  test,
  visit,
} from "./src/story.ts";
import { run } from "../console/src/programs.ts";

const VISITED = () => say("已走访", "Visited");

test("a tab that is killed in the middle of a save has saved the visit once or kept its draft", async ({
  field,
}) => {
  const { page, context, cable, relay } = field;
  await goOffline(field);
  await openHousehold(page, personIn("101"));
  await page.getByRole("link", { name: say("记录走访", "Record a visit") }).click();
  await page.getByRole("button", { name: VISITED(), exact: true }).click();
  await page.getByLabel(say("备注", "Note")).fill("燃气软管已更换");
  const address = page.url();
  const killed = page.waitForEvent("crash");
  const browser = await context.newCDPSession(page);
  // The tap and the kill in one breath: whatever the save had reached by then is what it had reached.
  await page.evaluate(
    (save) => {
      for (const button of document.querySelectorAll("button"))
        if (button.textContent === save) button.click();
    },
    say("保存", "Save"),
  );
  void browser.send("Page.crash").catch(() => undefined);
  await killed;
  await page.close();

  const again = await context.newPage();
  await again.goto(address);
  const save = again.getByRole("button", { name: say("保存", "Save"), exact: true });
  const choose = again.getByRole("button", { name: say("先选走访结果", "Choose an outcome") });
  await expect(save.or(choose)).toBeVisible();
  // A draft means that nothing was saved; saving it now makes the one visit.
  if (await save.isVisible()) {
    await expect(again.getByLabel(say("备注", "Note"))).toHaveValue("燃气软管已更换");
    await save.click();
    await expect(heading(again, say("已保存", "Saved"))).toBeVisible();
  }
  await goOnline({ ...field, page: again });
  await again.goto(`${cable.url}/app/#/`);
  await synced(again);
  const [home] = await relay.office("households", "--search", personIn("101"));
  const { visits } = await relay.officeOne("household", String(home?.id));
  expect(visits).toHaveLength(1);
});

test("two tabs show the same and both can save, also when the one that held the store is gone", async ({
  field,
}) => {
  const { page, context, cable } = field;
  await goOffline(field);
  const second = await context.newPage();
  await second.goto(`${cable.url}/app/`);
  await expect(heading(second, say("今日", "Today"))).toBeVisible();
  await openHousehold(page, personIn("101"));
  await visit(page, VISITED());
  await expect(badge(second)).toContainText("· 1");
  await openHousehold(second, personIn("102"));
  await visit(second, VISITED());
  await expect(badge(page)).toContainText("· 2");
  await page.close();
  await second.getByRole("link", { name: say("回到今日列表", "Back to the list") }).click();
  await openHousehold(second, personIn("201"));
  await visit(second, VISITED());
  await expect(badge(second)).toContainText("· 3");
  await goOnline(field);
  await synced(second);
});

test("a clock that was set wrong costs nothing that was recorded", async ({ field }) => {
  const { page, relay } = field;
  await page.clock.setFixedTime(new Date("1970-01-02T00:00:00Z"));
  await openHousehold(page, personIn("101"));
  await visit(page, VISITED());
  await page.clock.setFixedTime(new Date("2061-01-01T00:00:00Z"));
  await page.getByRole("link", { name: say("回到今日列表", "Back to the list") }).click();
  await openHousehold(page, personIn("102"));
  await visit(page, VISITED());
  await synced(page);
  for (const room of ["101", "102"]) {
    const [home] = await relay.office("households", "--search", personIn(room));
    const { visits } = await relay.officeOne("household", String(home?.id));
    expect(visits).toHaveLength(1);
  }
});

test("a relay whose past was taken back is told of, with what proves it", async ({ field }) => {
  const { page, relay } = field;
  await synced(page);
  const before = await relay.copy();
  await openHousehold(page, personIn("101"));
  await visit(page, VISITED());
  await synced(page);
  // Each welcome says where the relay's chains end.
  await relay.restart();
  await page.reload();
  await synced(page);
  const now = await relay.copy();
  await page.reload();
  await synced(page);
  const wrong = say("社区服务器的记录和以前不符", "The office's records are not what they were");
  await expect(page.getByRole("link", { name: wrong })).toHaveCount(0);

  await relay.goBackTo(before);
  await page.goto(new URL("#/", page.url()).href);
  await page.reload();
  await page.getByRole("link", { name: wrong }).click();
  await expect(page.getByText("anchor.contradiction")).toBeVisible();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page
      .getByRole("button", { name: say("保存凭证,交给管理员", "Save the proof for the administrator") })
      .click(),
  ]);
  const proof = relay.file("proof");
  await download.saveAs(proof);
  const verify = (data: string) => run("linli", ["verify", "--json", "--data", data, "--anchor", proof]);
  await verify(now);
  await expect(verify(before), "what the phone kept is not in it").rejects.toThrow();
  // The work goes on: what the relay has lost it gets again.
  await synced(page);
  const [home] = await relay.office("households", "--search", personIn("101"));
  const { visits } = await relay.officeOne("household", String(home?.id));
  expect(visits).toHaveLength(1);
});
