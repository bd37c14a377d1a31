// Handle crashes of Chromium tabs: about one in 150 crashes, for no visible reason and not because of the page.
import type { Browser, Page } from "puppeteer-core";
import { openPage } from "./launch.ts";

export class TabCrashed extends Error {}

/** Returns a function that rejects with TabCrashed after `page` has crashed, whose answers would never arrive. */
export function guard(page: Page): <Answer>(answer: Promise<Answer>) => Promise<Answer> {
  const crashed = new Promise<never>((_, reject) => page.on("error", ({ message }) => reject(new TabCrashed(message))));
  crashed.catch(() => {});
  return (answer) => Promise.race([answer, crashed]);
}

/** Returns a test that runs `body` in a tab with a new profile, and repeats it once if the tab crashes. */
export function inTab(browser: () => Browser, body: (page: Page) => Promise<void>): () => Promise<void> {
  return () =>
    attempt(browser(), body).catch((error) => {
      if (!(error instanceof TabCrashed)) throw error;
      console.warn(`The tab of a test: ${error.message} Once more.`);
      return attempt(browser(), body);
    });
}

async function attempt(browser: Browser, body: (page: Page) => Promise<void>): Promise<void> {
  const profile = await browser.createBrowserContext();
  let running: Promise<void> | undefined;
  try {
    const page = await openPage(profile);
    const guarded = guard(page);
    running = body(page);
    await guarded(running);
  } finally {
    await profile.close();
    // All waits for the crashed tab have failed by now, so the first attempt does not run beside the second.
    await running?.catch(() => {});
  }
}
