/** A photo at a door: never asked for, made small, kept through a kill, and seen by the office. */
import type { Page } from "@playwright/test";
import { readFile } from "node:fs/promises";
import { judge } from "./src/judge.ts";
import {
  expect,
  goOffline,
  goOnline,
  heading,
  openHousehold,
  personIn,
  say,
  synced,
  test,
} from "./src/story.ts";

/** The engine's limit (Photo::BYTES_MAX). */
const BYTES_MAX = 48 * 1024;
const SHOT = { width: 3000, height: 4000 };

/** What a camera gives: large, and hard to compress. */
async function shot(page: Page): Promise<Buffer> {
  const text = await page.evaluate(({ width, height }) => {
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const paper = canvas.getContext("2d");
    if (!paper) throw new Error("no canvas");
    for (let at = 0; at < 4000; at += 1) {
      paper.fillStyle = `hsl(${String((at * 47) % 360)} 60% ${String(30 + ((at * 31) % 50))}%)`;
      paper.fillRect((at * 977) % width, (at * 1409) % height, 40 + (at % 300), 30 + (at % 200));
    }
    return canvas.toDataURL("image/jpeg", 0.95);
  }, SHOT);
  return Buffer.from(text.replace(/^.*,/, ""), "base64");
}

test("a photo is made small, survives a kill, and the office sees it", async ({ field }) => {
  const { page, context, relay } = field;
  const camera = await shot(page);
  expect(camera.length).toBeGreaterThan(BYTES_MAX);
  await goOffline(field);
  await openHousehold(page, personIn("101"));
  await page.getByRole("link", { name: say("记录走访", "Record a visit") }).click();
  await page.getByRole("button", { name: say("已走访", "Visited"), exact: true }).click();
  const file = { name: "IMG_1.jpg", mimeType: "image/jpeg", buffer: camera };
  await page.getByLabel(say("加一张照片(可不加)", "Add a photo (optional)")).setInputFiles(file);
  const photo = page.getByRole("img", { name: say("照片", "Photo") });
  await expect(photo).toBeVisible();
  await judge(page, "40-visit-photo");
  const address = page.url();
  await page.close();

  const again = await context.newPage();
  await again.goto(address);
  const kept = again.getByRole("img", { name: say("照片", "Photo") });
  await expect(kept).toBeVisible();
  await again.getByRole("button", { name: say("保存", "Save"), exact: true }).click();
  await expect(heading(again, say("已保存", "Saved"))).toBeVisible();
  await goOnline({ ...field, page: again });
  await again.getByRole("link", { name: say("回到今日列表", "Back to the list") }).click();
  await synced(again);

  const [home] = await relay.office("households", "--search", personIn("101"));
  const { visits } = await relay.officeOne("household", String(home?.id));
  const [visit] = visits as { photo?: string }[];
  const out = relay.file("photo.jpg");
  await relay.office("photo", String(visit?.photo), "--out", out);
  const seen = await readFile(out);
  expect(seen.length).toBeLessThanOrEqual(BYTES_MAX);
  expect(seen.subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]));

  await openHousehold(again, personIn("101"));
  await again.getByRole("button", { name: say("看照片", "Show the photo") }).click();
  await expect(kept).toBeVisible();
  await judge(again, "41-household-photo");
});
