/** Looks at a screen as a critic would: a picture for people, axe for what a program can see. */
import { AxeBuilder } from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";
import { join } from "node:path";

const screens = join(import.meta.dirname, "../test-results/screens");

/** What a thumb hits without looking. */
const TOUCH_PX = 44;

/**
 * Keeps a picture as test-results/screens/<language>/<name>.png; refuses what axe calls serious or critical, whatever
 * is wider than the phone, and targets smaller than a thumb. Call it when the screen has settled.
 */
export async function judge(page: Page, name: string) {
  const language = test.info().project.name;
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: join(screens, language, `${name}.png`), animations: "disabled" });
  const { violations } = await new AxeBuilder({ page }).analyze();
  const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const told = grave.map(({ id, help, nodes }) => ({
    id,
    help,
    nodes: nodes.map((node) => [node.html, node.any.map((it) => it.message)]),
  }));
  expect(told, `what axe found on ${name}`).toEqual([]);
  const wider = await page.evaluate(() => {
    const inner = document.querySelector(".screen-body");
    const outer = document.documentElement;
    return Math.max(outer.scrollWidth - innerWidth, inner ? inner.scrollWidth - inner.clientWidth : 0);
  });
  expect(wider, `how much wider than the phone ${name} is`).toBeLessThanOrEqual(0);
  expect(await page.evaluate(small, TOUCH_PX), `too small for a thumb on ${name}`).toEqual([]);
  expect(await page.locator("html").getAttribute("lang")).toBe(language === "en" ? "en" : "zh-CN");
}

function small(least: number): string[] {
  const targets = document.querySelectorAll(
    "a, button, summary, label:has(input), input:not([type=file], [type=checkbox])",
  );
  return [...targets]
    .filter((target) => {
      const { width, height } = target.getBoundingClientRect();
      // A field is as tall as the frame around it, which focuses it.
      const framed = target.closest(".adm-input, .search")?.getBoundingClientRect().height ?? height;
      // Rounding of fractions of a pixel is not what a thumb feels.
      return width > 1 && Math.max(height, framed) < least - 0.5;
    })
    .map((target) => target.outerHTML.slice(0, 120));
}
