// A visitor of a page in a served folder.
import type { Page } from "puppeteer-core";
import { serveFolders } from "./serving.ts";

export interface Visit {
  /** Origins of the requests that went to another server than the page's own. */
  readonly elsewhere: string[];
  /** Clicks on an element as soon as it exists. */
  click(selector: string): Promise<void>;
  /** Waits until an element contains a text. The failure has the text of the page. */
  shows(selector: string, text: string): Promise<void>;
}

/** Serves `folder` with these headers until disposal, and opens its index.html, or another `file`, in `page`. */
export async function visit(
  page: Page,
  folder: string,
  headers: Readonly<Record<string, string>> = {},
  file = "",
): Promise<Visit & AsyncDisposable> {
  await using held = new AsyncDisposableStack();
  const site = held.use(await serveFolders({ "/": folder }, headers));
  const opened = await open(page, `${site.origin}/${file}`);
  // From here on the visit owns the site.
  const visited = held.move();
  return { ...opened, [Symbol.asyncDispose]: () => visited.disposeAsync() };
}

/** Opens a served site in `page`. */
export async function open(page: Page, url: string): Promise<Visit> {
  const elsewhere: string[] = [];
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol.startsWith("http") && origin !== new URL(url).origin) elsewhere.push(origin);
  });
  // A locator does not stop when its page is closed.
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
    throw new Error(`The page does not show ${text}, but: ${await page.evaluate(() => document.body.innerText)}`, { cause });
  });
}
