// A visitor of a page that is served out of one folder.
import type { Browser, Page } from "puppeteer-core";
import { serveFolders } from "./serving.ts";

/** More than anything takes that works at all. */
const TIMEOUT = 60_000;

export interface Visit extends AsyncDisposable {
  /** Origins of the requests that went to another server than the page's own. */
  readonly elsewhere: string[];
  /** Clicks on an element once it is there. */
  click(selector: string): Promise<void>;
  /** Waits until an element has a text in it; fails with all that the page shows. */
  shows(selector: string, text: string): Promise<void>;
}

/** Serves `folder` and opens its index.html. */
export async function visit(browser: Browser, folder: string): Promise<Visit> {
  await using held = new AsyncDisposableStack();
  const site = held.use(await serveFolders({ "/": folder }));
  const page = held.use(await open(browser, `${site.origin}/`));
  // From here on it is the visit that holds them.
  const visited = held.move();
  return { ...page, [Symbol.asyncDispose]: () => visited.disposeAsync() };
}

/** Opens a page that somebody serves. */
export async function open(browser: Browser, url: string): Promise<Visit> {
  const page = await browser.newPage();
  const elsewhere: string[] = [];
  page.on("request", (request) => {
    const { origin } = new URL(request.url());
    if (origin !== new URL(url).origin) elsewhere.push(origin);
  });
  await page.goto(url);
  return {
    elsewhere,
    click: (selector) => page.locator(selector).setTimeout(TIMEOUT).click(),
    shows: (selector, text) => waitForText(page, selector, text),
    [Symbol.asyncDispose]: () => page.close(),
  };
}

async function waitForText(page: Page, selector: string, text: string): Promise<void> {
  const hasText = (selector: string, text: string) => document.querySelector(selector)?.textContent?.includes(text);
  await page.waitForFunction(hasText, { timeout: TIMEOUT, polling: 100 }, selector, text).catch(async (cause) => {
    throw new Error(`${text} does not show; what does: ${await page.evaluate(() => document.body.innerText)}`, { cause });
  });
}
