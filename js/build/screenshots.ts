// Takes screenshots of the REPL page in Chromium: `node build/screenshots.ts FOLDER`. Needs the wheels of the tests.
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Browser, Page } from "puppeteer-core";
import { launch } from "../test/browser/launch.ts";
import { nativeWheels, readWheels, serveIndex } from "../test/browser/wheel_index.ts";
import { buildPage } from "./repl.ts";
import { serveFolder } from "./static.ts";

const CACHE = join(dirname(import.meta.dirname), "..", ".cache");
const WIDE = { width: 1280, height: 800, deviceScaleFactor: 2 };
const NARROW = { width: 380, height: 800, deviceScaleFactor: 2 };

const folder = process.argv[2] ?? "screenshots";
mkdirSync(folder, { recursive: true });
const output = mkdtempSync(join(tmpdir(), "wherry-repl-"));
await buildPage({ output, distribution: join(CACHE, "distribution") });
const site = await serveFolder(output);
const { server, urls } = await serveIndex([...readWheels(join(CACHE, "wheels", "newest")), ...nativeWheels("torch")]);
const browser = await launch("chromium");

async function open(viewport: typeof WIDE, scheme: "light" | "dark" = "light", fragment = ""): Promise<Page> {
  const page = await (await browser.createBrowserContext()).newPage();
  page.on("console", (message) => console.log(message.text()));
  page.on("pageerror", (error) => console.log(error));
  await page.setViewport(viewport);
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.goto(`${site.url}/?index=${urls.open}${fragment}`);
  await page.waitForFunction(() => [...document.querySelectorAll(".xterm-rows > div")].some((row) => row.textContent?.startsWith(">>>")));
  return page;
}

async function type(page: Page, ...lines: string[]): Promise<void> {
  for (const line of lines) {
    await page.keyboard.type(line);
    await page.keyboard.press("Enter");
  }
}

async function settle(page: Page, state: string): Promise<void> {
  await page.waitForSelector(`wherry-progress:state(${state})`);
  await new Promise((passed) => setTimeout(passed, 700));
}

async function startInstalling(page: Page): Promise<void> {
  await page.emulateNetworkConditions({ download: 250_000, upload: 250_000, latency: 40 });
  await type(page, 'await install("fastapi", "hypothesis")');
  await page.waitForFunction(() => {
    const amounts = [...document.querySelector("wherry-progress")!.shadowRoot!.querySelectorAll("li.downloading")];
    return amounts.length > 1;
  });
  await settle(page, "running");
}

async function settleNotice(page: Page, kind: string): Promise<void> {
  const notice = await page.waitForSelector(`#notice .${kind}`);
  await notice?.evaluate((box) => Promise.all(box.getAnimations().map(({ finished }) => finished)));
}

async function click(page: Page, selector: string): Promise<void> {
  await (await page.waitForSelector(selector, { visible: true }))?.click();
}

async function shoot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(folder, `${name}.png`) as `${string}.png` });
  await page.browserContext().close();
}

async function take(_: Browser): Promise<void> {
  await shoot(await open(WIDE), "idle");
  for (const [name, viewport] of [["installing", WIDE], ["narrow-installing", NARROW]] as const) {
    const page = await open(viewport);
    await startInstalling(page);
    await shoot(page, name);
  }
  for (const [name, viewport, scheme] of [["installed", WIDE, "light"], ["dark", WIDE, "dark"], ["narrow", NARROW, "light"]] as const) {
    const page = await open(viewport, scheme);
    await type(page, 'await install("pydantic")');
    await settle(page, "done");
    await type(page, "from pydantic import BaseModel", "class Boat(BaseModel):", "name: str", "seats: int = 6", "", 'Boat(name="Wherry")');
    await new Promise((passed) => setTimeout(passed, 2500));
    await shoot(page, name);
  }
  for (const [name, viewport] of [["failure", WIDE], ["narrow-failure", NARROW]] as const) {
    const page = await open(viewport);
    await type(page, 'await install("torch")');
    await settle(page, "failed");
    await shoot(page, name);
  }
  for (const [name, viewport] of [["link", WIDE], ["narrow-link", NARROW]] as const) {
    await shoot(await open(viewport, "light", "#install=pydantic&install=msgpack%3E%3D1"), name);
  }
  for (const [name, viewport, scheme] of [["completing", WIDE, "dark"], ["narrow-completing", NARROW, "light"]] as const) {
    const page = await open(viewport, scheme);
    await page.keyboard.type("str.");
    await page.keyboard.press("Tab");
    await page.waitForSelector("#choices span");
    await shoot(page, name);
  }
  for (const [name, scheme] of [["notices", "light"], ["notices-dark", "dark"]] as const) {
    const page = await open(WIDE, scheme, "#install=pydantic");
    await click(page, "[data-sample=msgpack]");
    await page.waitForSelector("#tree .remove");
    await click(page, "#share");
    await settleNotice(page, "success");
    await shoot(page, name);
  }
  const failing = await open(WIDE);
  await failing.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([], "notes.txt"));
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
  });
  await settleNotice(failing, "failure");
  await shoot(failing, "notice-of-a-failure");
  const leaving = await open(WIDE);
  await type(leaving, 'await install("fastapi", "pydantic")');
  await click(leaving, '[aria-label="Uninstall fastapi"]');
  await shoot(leaving, "uninstalling");
}

try {
  await take(browser);
} finally {
  await browser.close();
  site.close();
  await server[Symbol.asyncDispose]();
}
