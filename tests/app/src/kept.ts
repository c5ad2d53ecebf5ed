/**
 * Stories in a browser with a profile on disk, as phones have it. The runner's own contexts are private windows: their
 * files are in the memory of another process, and every page that SQLite reads is a message to it and back.
 */
import { chromium } from "@playwright/test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test as stories } from "./story.ts";

/** `profile` is the folder that the browser writes into. */
export const test = stories.extend<{ profile: string }>({
  // The runner wants the braces.
  // eslint-disable-next-line no-empty-pattern
  profile: async ({}, use) => {
    const profile = await mkdtemp(join(tmpdir(), "linli-profile-"));
    await use(profile);
    await rm(profile, { recursive: true, force: true });
  },
  context: async ({ profile, launchOptions, viewport, isMobile, hasTouch, locale, timezoneId }, use) => {
    const options = { ...launchOptions, viewport, isMobile, hasTouch, locale, timezoneId };
    const context = await chromium.launchPersistentContext(profile, options);
    try {
      await use(context);
    } finally {
      await context.close();
    }
  },
});
