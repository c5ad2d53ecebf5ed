import { defineConfig } from "@playwright/test";

const executablePath = process.env.LINLI_CHROMIUM ?? "/usr/bin/chromium";

export default defineConfig({
  testDir: ".",
  testMatch: "*.spec.ts",
  outputDir: "test-results/runs",
  globalSetup: "../console/src/prepare.ts",
  // A story that passes at the second try has found something.
  retries: 0,
  forbidOnly: true,
  // Every story has a relay and a browser of its own, but they share the cores.
  workers: 2,
  fullyParallel: false,
  // A machine that builds at the same time is ten times slower; nothing waits this long when all is well.
  timeout: 240_000,
  expect: { timeout: 30_000 },
  reporter: [["list"]],
  use: {
    // The smallest phone that the app is for.
    viewport: { width: 360, height: 640 },
    isMobile: true,
    hasTouch: true,
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
        // Chromium tells pages of a quota that no phone has; the stories need the one that they set.
        "--disable-features=StaticStorageQuota",
      ],
    },
  },
  projects: [
    { name: "zh", use: { locale: "zh-CN" }, testIgnore: "bench-*.spec.ts" },
    // What the checklist asks for does not depend on the language; how the screens look does.
    { name: "en", use: { locale: "en-US" }, testMatch: ["screens.spec.ts", "rights.spec.ts"] },
  ],
});
