// The built element, in a page whose policy allows only its own files.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "puppeteer-core";
import type { ProgressEvent } from "../../src/index.ts";
import type {} from "../../src/progress/define.ts";
import { inTab } from "./crashes.ts";
import { BROWSERS, launch } from "./launch.ts";
import { type LoopbackServer, serveFolders } from "./serving.ts";

const FOLDERS = { "/wherry/": join(import.meta.dirname, "../../dist"), "/": join(import.meta.dirname, "progress") };
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; base-uri 'none'";

for (const name of BROWSERS) {
  describe(`<wherry-progress> in ${name}`, () => {
    let site: LoopbackServer;
    let browser: Browser;

    before(async () => {
      site = await serveFolders(FOLDERS, { "Content-Security-Policy": POLICY });
      browser = await launch(name);
    });

    after(async () => {
      await browser?.close();
      await site[Symbol.asyncDispose]();
    });

    /** A test in a page with the element. `complaints` are messages of the browser about the page. */
    function shown(body: (page: Page, complaints: readonly string[]) => Promise<void>): () => Promise<void> {
      return inTab(() => browser, async (page) => {
        const complaints: string[] = [];
        page.on("console", (message) => complaints.push(message.text()));
        page.on("pageerror", (error) => complaints.push(String(error)));
        await page.goto(`${site.origin}/index.html`);
        await page.evaluate(() => customElements.whenDefined("wherry-progress"));
        await body(page, complaints);
      });
    }

    test("a download is shown and announced under a strict policy", shown(async (page, complaints) => {
      await hear(page, [
        event({ phase: "resolving", message: "Resolving pydantic" }),
        event({ message: "Downloading", done: 1, total: 2, package: "typing-extensions", bytesDone: 44e3, bytesTotal: 44e3 }),
        event({ message: "Downloading", done: 1, total: 2, package: "pydantic-core", bytesDone: 6e5, bytesTotal: 1.5e6, fraction: 0.42 }),
      ]);
      assert.deepEqual(await bar(page), {
        role: "progressbar",
        name: "Installation",
        now: "42",
        text: "Downloading, 1 of 2 packages, 42 %",
      });
      assert.equal(await textOf(page, "[role=status]"), "Downloading 2 packages");
      await page.evaluate(() => void (document.querySelector("wherry-progress")!.open = true));
      assert.deepEqual(await rows(page), ["typing-extensions 44.0 kB Downloaded", "pydantic-core 0.6 / 1.5 MB"]);
      const [fill, track] = await widths(page);
      assert.ok(fill && track && Math.abs(fill / track - 0.42) < 0.01, `${fill} of ${track}`);
      assert.deepEqual(complaints, []);
    }));

    test("before the first event the bar has no value", shown(async (page) => {
      await page.evaluate(() => void document.querySelector("wherry-progress")!.track(() => new Promise(() => {})));
      assert.deepEqual(await bar(page), { role: "progressbar", name: "Installation", now: null, text: "Resolving" });
    }));

    test("the loading of Python is announced once", shown(async (page) => {
      await hear(page, [event({ phase: "loading", message: "Loading Python" })]);
      assert.equal((await bar(page)).text, "Loading Python, 0 %");
      assert.equal(await textOf(page, "[role=status]"), "Loading Python");
      assert.equal(await textOf(page, "[part=phase]"), "Loading Python");
      assert.equal(await textOf(page, "[part=line]"), "");
    }));

    test("a call without events ends as done", shown(async (page) => {
      await page.evaluate(() => document.querySelector("wherry-progress")!.track(async () => {}));
      assert.deepEqual(await bar(page), { role: "progressbar", name: "Installation", now: "100", text: "Done, 100 %" });
    }));

    test("track returns the result, and the end is announced", shown(async (page) => {
      const result = await page.evaluate((done) => {
        const progress = document.querySelector("wherry-progress")!;
        return progress.track(async (onProgress) => (onProgress(done), 7));
      }, event({ phase: "done", message: "Installed six 1.17.0", fraction: 1 }));
      assert.equal(result, 7);
      assert.equal((await bar(page)).now, "100");
      assert.equal(await textOf(page, "[role=status]"), "Installed six 1.17.0");
      assert.equal(await matches(page, ":state(done)"), true);
    }));

    test("track rejects with the error, and shows it as text until the next call", shown(async (page) => {
      const message = "No index has <b>absent</b>\nIs the name right?";
      const rejection = await page.evaluate(
        (message) => {
          const error = Object.assign(new Error(message), { code: "unknown-project" });
          const progress = document.querySelector("wherry-progress")!;
          return progress.track(() => Promise.reject(error)).catch((caught) => caught === error);
        },
        message,
      );
      assert.equal(rejection, true);
      assert.equal(await textOf(page, "[part=code]"), "unknown-project");
      assert.equal(await textOf(page, "[role=alert] [part=message]"), message);
      assert.deepEqual(await linesOf(page, "[part=message]"), ["No index has <b>absent</b>\n", "Is the name right?"]);
      assert.equal(await matches(page, ":state(failed)"), true);
      await page.evaluate(() => void document.querySelector("wherry-progress")!.track(() => new Promise(() => {})));
      assert.equal(await textOf(page, "[role=alert]"), "");
    }));

    test("the failure of a call stays while another one waits", shown(async (page) => {
      await page.evaluate(async () => {
        const progress = document.querySelector("wherry-progress")!;
        void progress.track(() => new Promise(() => {}));
        await progress.track(() => Promise.reject(new Error("the first"))).catch(() => {});
        void progress.track(() => new Promise(() => {}));
      });
      assert.equal(await textOf(page, "[part=message]"), "the first");
    }));

    test("a cancelled call is no failure", shown(async (page) => {
      await page.evaluate(() => {
        const reason = new DOMException("enough", "AbortError");
        return document.querySelector("wherry-progress")!.track(() => Promise.reject(reason)).catch(() => {});
      });
      assert.equal(await textOf(page, "[part=phase]"), "Stopped");
      assert.equal(await textOf(page, "[role=alert]"), "");
    }));

    test("the keyboard opens and closes the list of packages", shown(async (page) => {
      await hear(page, [event({ package: "six", bytesDone: 1, bytesTotal: 2, total: 1 })]);
      assert.equal(await textOf(page, "[part=phase]"), "Downloading");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      assert.deepEqual(await rows(page), ["six 1 / 2 B"]);
      assert.equal(await matches(page, "[open]"), true);
      await page.keyboard.press(" ");
      assert.equal(await matches(page, "[open]"), false);
    }));

    test("the next installation starts from zero", shown(async (page) => {
      await hear(page, [event({ package: "six", bytesDone: 1, bytesTotal: 2 }), event({ phase: "done", fraction: 1 })]);
      await hear(page, [event({ phase: "resolving", message: "Resolving idna", fraction: 0.05 })]);
      await page.evaluate(() => void (document.querySelector("wherry-progress")!.open = true));
      assert.deepEqual(await rows(page), []);
      assert.equal((await bar(page)).now, "5");
    }));
  });
}

function event(parts: Partial<ProgressEvent>): ProgressEvent {
  const nothing = { done: 0, total: null, package: null, bytesDone: null, bytesTotal: null, fraction: 0 };
  return { phase: "downloading", message: "", ...nothing, ...parts };
}

async function hear(page: Page, events: ProgressEvent[]): Promise<void> {
  await page.evaluate((events) => events.forEach(document.querySelector("wherry-progress")!.onProgress), events);
}

/** Reads the shadow tree after the next frame. */
async function look<Seen>(page: Page, read: (root: ShadowRoot) => Seen | Promise<Seen>): Promise<Seen> {
  await page.evaluate(() => new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(shown))));
  const root = await page.evaluateHandle(() => document.querySelector("wherry-progress")!.shadowRoot!);
  return (await root.evaluate(read as (root: ShadowRoot) => Seen)) as Seen;
}

function bar(page: Page): Promise<Record<"role" | "name" | "now" | "text", string | null>> {
  return look(page, (root) => {
    const bar = root.querySelector("[part=bar]")!;
    const read = (name: string) => bar.getAttribute(name);
    return { role: read("role"), name: read("aria-label"), now: read("aria-valuenow"), text: read("aria-valuetext") };
  });
}

function rows(page: Page): Promise<string[]> {
  return look(page, (root) =>
    [...root.querySelectorAll("li")]
      .filter((row) => row.checkVisibility())
      .map((row) => [...row.querySelectorAll("span")].map(({ textContent }) => textContent).filter(Boolean).join(" ")),
  );
}

async function textOf(page: Page, selector: string): Promise<string | null | undefined> {
  await look(page, () => {});
  return page.evaluate(
    (selector) => document.querySelector("wherry-progress")!.shadowRoot!.querySelector(selector)?.textContent,
    selector,
  );
}

/** The texts of the blocks in `selector`. */
function linesOf(page: Page, selector: string): Promise<string[]> {
  return page.evaluate((selector) => {
    const items = [...document.querySelector("wherry-progress")!.shadowRoot!.querySelectorAll(`${selector} > *`)];
    return items.filter((item) => getComputedStyle(item).display === "block").map((item) => item.textContent ?? "");
  }, selector);
}

async function matches(page: Page, selector: string): Promise<boolean> {
  await look(page, () => {});
  return page.evaluate((selector) => document.querySelector("wherry-progress")!.matches(selector), selector);
}

/** The shown width of the fill and that of its bar, after the transition. */
async function widths(page: Page): Promise<number[]> {
  await look(page, () => {});
  return look(page, async (root) => {
    await Promise.all(root.querySelector("[part=fill]")!.getAnimations().map(({ finished }) => finished));
    const [bar, fill] = [root.querySelector("[part=bar]")!, root.querySelector("[part=fill]")!];
    return [fill.getBoundingClientRect().right - bar.getBoundingClientRect().left, bar.clientWidth];
  });
}
