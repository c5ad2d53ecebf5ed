/**
 * Stories in a browser with a profile on disk, as phones have it. The runner's own contexts are private windows: their
 * files are in the memory of another process, and every page that SQLite reads is a message to it and back.
 */
import { chromium } from "@playwright/test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test as stories } from "./story.ts";

export const test = stories.extend({
  context: async ({ launchOptions, viewport, isMobile, hasTouch, locale, timezoneId }, use) => {
    const profile = await mkdtemp(join(tmpdir(), "linli-profile-"));
    const options = { ...launchOptions, viewport, isMobile, hasTouch, locale, timezoneId };
    const context = await chromium.launchPersistentContext(profile, options);
    try {
      await use(context);
    } finally {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    }
  },
});
