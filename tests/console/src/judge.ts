/** Looks at a page as a critic would: a picture for people, axe for what a program can see. */
import { AxeBuilder } from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";
import { join } from "node:path";

const screens = join(import.meta.dirname, "../test-results/screens");

/**
 * Keeps a picture as test-results/screens/<language>/<name>.png and refuses what axe calls serious or critical.
 * Call it when the page has settled: after the expectation that says so.
 */
export async function judge(page: Page, name: string) {
  const language = test.info().project.name;
  await page.evaluate(() => document.fonts.ready);
  const hidden = await page.evaluate(() => {
    const main = document.querySelector("main");
    return main ? Math.max(main.scrollHeight - main.clientHeight, 0) : 0;
  });
  const size = page.viewportSize();
  // A page scrolls inside its frame: a taller window shows all of it at once.
  if (hidden > 0 && size) await page.setViewportSize({ ...size, height: size.height + hidden });
  await page.screenshot({
    path: join(screens, language, `${name}.png`),
    fullPage: true,
    animations: "disabled",
  });
  if (hidden > 0 && size) await page.setViewportSize(size);
  const { violations } = await new AxeBuilder({ page }).analyze();
  const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const told = grave.map(({ id, help, nodes }) => ({
    id,
    help,
    nodes: nodes.map((node) => [node.html, node.any.map((it) => it.message)]),
  }));
  expect(told, `what axe found on ${name}`).toEqual([]);
  const lang = language === "en" ? "en" : "zh-CN";
  expect(await page.locator("html").getAttribute("lang")).toBe(lang);
}
