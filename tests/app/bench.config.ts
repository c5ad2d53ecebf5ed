/** Figures instead of stories: one at a time, each said and held against its goal. */
import stories from "./playwright.config.ts";

export default {
  ...stories,
  testMatch: "bench-*.spec.ts",
  workers: 1,
  projects: [{ name: "zh", use: { locale: "zh-CN" } }],
};
