import { defineConfig } from "@playwright/test";

const executablePath = process.env.LINLI_CHROMIUM ?? "/usr/bin/chromium";

export default defineConfig({
  testDir: ".",
  testMatch: "story-*.spec.ts",
  outputDir: "test-results/runs",
  globalSetup: "./src/prepare.ts",
  // A story that passes at the second try has found something.
  retries: 0,
  forbidOnly: true,
  // Every story has a relay of its own, but they share the cores.
  workers: 2,
  fullyParallel: false,
  // A machine that builds at the same time is ten times slower; nothing waits this long when all is well.
  timeout: 240_000,
  expect: { timeout: 30_000 },
  reporter: [["list"]],
  use: {
    viewport: { width: 1366, height: 768 },
    timezoneId: "Asia/Shanghai",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath,
      args: [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "zh", use: { locale: "zh-CN" } },
    { name: "en", use: { locale: "en-US" } },
  ],
});
