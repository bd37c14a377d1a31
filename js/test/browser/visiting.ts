// A visitor of a page that is served out of one folder.
import type { Page } from "puppeteer-core";
import { serveFolders } from "./serving.ts";

export interface Visit {
  /** Origins of the requests that went to another server than the page's own. */
  readonly elsewhere: string[];
  /** Clicks on an element once it is there. */
  click(selector: string): Promise<void>;
  /** Waits until an element has a text in it; fails with all that the page shows. */
  shows(selector: string, text: string): Promise<void>;
}

/** Serves `folder` with these headers until it is disposed of, and opens its index.html in `page`. */
export async function visit(
  page: Page,
  folder: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Visit & AsyncDisposable> {
  await using held = new AsyncDisposableStack();
  const site = held.use(await serveFolders({ "/": folder }, headers));
  const opened = await open(page, `${site.origin}/`);
  // From here on it is the visit that holds the site.
  const visited = held.move();
  return { ...opened, [Symbol.asyncDispose]: () => visited.disposeAsync() };
}

/** Opens in `page` what somebody serves. */
export async function open(page: Page, url: string): Promise<Visit> {
  const elsewhere: string[] = [];
  page.on("request", (request) => {
    const { origin } = new URL(request.url());
    if (origin !== new URL(url).origin) elsewhere.push(origin);
  });
  // A locator goes on trying in a page that is closed.
  const closing = new AbortController();
  page.once("close", () => closing.abort());
  await page.goto(url);
  return {
    elsewhere,
    click: (selector) => page.locator(selector).click({ signal: closing.signal }),
    shows: (selector, text) => waitForText(page, selector, text),
  };
}

async function waitForText(page: Page, selector: string, text: string): Promise<void> {
  const hasText = (selector: string, text: string) => document.querySelector(selector)?.textContent?.includes(text);
  await page.waitForFunction(hasText, { polling: 100 }, selector, text).catch(async (cause) => {
    throw new Error(`${text} does not show; what does: ${await page.evaluate(() => document.body.innerText)}`, { cause });
  });
}
