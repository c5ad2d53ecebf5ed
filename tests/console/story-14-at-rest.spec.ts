/** The office's PC: whoever copies the browser's files finds nothing of what the console showed or was told. */
import { chromium, type Page } from "@playwright/test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { leaked, read, where } from "./src/files.ts";
import { ADMIN, expect, say, signIn, test, type Scene } from "./src/story.ts";

const TYPED = { note: "女儿在外地,电话打不通", telephone: "13800007654" };
/** The story types this into a field of its own, so that looking is known to find something. */
const OPEN = "这一格谁都能恢复";

test("nothing of a household can be read in the browser's files", async ({
  large,
  viewport,
  locale,
  timezoneId,
}) => {
  const { launchOptions } = test.info().project.use;
  const profile = await mkdtemp(join(tmpdir(), "linli-office-"));
  // The runner's own contexts are private windows, which write nothing.
  const context = await chromium.launchPersistentContext(profile, {
    ...launchOptions,
    viewport,
    locale,
    timezoneId,
  });
  try {
    const page = await context.newPage();
    await page.goto(large.relay.url);
    await signIn(page, ADMIN.name, ADMIN.password);
    const planted = { ...TYPED, ...(await work(large, page)) };
    // A browser keeps what stands in a page's fields, to fill them in after a crash. It does so when it pleases, with
    // all of a page's fields at once: the others are looked at when one that is nobody's secret has come to a file.
    await page.evaluate((text) => {
      const field = document.body.appendChild(document.createElement("textarea"));
      field.value = text;
      field.dispatchEvent(new Event("input"));
    }, OPEN);
    await expect.poll(async () => where(await read(profile), OPEN)).not.toEqual([]);
    expect(leaked(await read(profile), planted), "while the console is open").toEqual({});
    await context.close();
    expect(leaked(await read(profile), planted)).toEqual({});
  } finally {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  }
});

/** Finds a household by a resident's name, and types into its forms. */
async function work({ relay }: Scene, page: Page): Promise<Record<string, string>> {
  const [found] = await relay.office("households", "--limit", "1");
  const name = String((found?.residents as string[])[0]);
  await page.getByRole("combobox", { name: say("查找户", "Find a household") }).fill(name);
  await page.keyboard.press("Enter");
  await expect(page.getByLabel(say("在户中查找", "Search households"))).toHaveValue(name);
  await page.getByRole("link", { name: String(found?.address), exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(String(found?.address));
  await page
    .locator(".page-actions")
    .getByRole("button", { name: say("修改", "Edit"), exact: true })
    .click();
  const form = page.getByRole("dialog", { name: say(/^修改/, /^Edit/) });
  await form.getByLabel(say("备注", "Note")).fill(TYPED.note);
  await form.getByLabel(say("联系电话", "Contact phone")).fill(TYPED.telephone);
  return { name };
}
