// A tab of Chromium crashes about once in 150, without a trace of why. That is no fault of the page's.
import type { Browser, Page } from "puppeteer-core";
import { openPage } from "./launch.ts";

export class TabCrashed extends Error {}

/** Returns what makes answers of `page` fail with TabCrashed once it has crashed: they would never come. */
export function guard(page: Page): <Answer>(answer: Promise<Answer>) => Promise<Answer> {
  const crashed = new Promise<never>((_, reject) => page.on("error", ({ message }) => reject(new TabCrashed(message))));
  crashed.catch(() => {});
  return (answer) => Promise.race([answer, crashed]);
}

/** A test that does `body` in a tab with a profile of its own; all of it once more if that tab crashes, but not twice. */
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
    // What waited for the crashed tab has failed by now: nothing of it runs beside the second attempt.
    await running?.catch(() => {});
  }
}
