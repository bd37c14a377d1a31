// Takes pictures of the REPL page, in Chromium: `node scripts/screenshots.ts FOLDER`. The tests' wheels must be there.
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Browser, Page } from "puppeteer-core";
import { launch } from "../test/browser/launch.ts";
import { readWheels, serveIndex } from "../test/browser/wheel_index.ts";
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
const { server, urls } = await serveIndex(readWheels(join(CACHE, "wheels", "newest")));
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

async function slowDown(page: Page): Promise<void> {
  await page.emulateNetworkConditions({ download: 250_000, upload: 250_000, latency: 40 });
}

async function shoot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(folder, `${name}.png`) as `${string}.png` });
  await page.browserContext().close();
}

async function take(_: Browser): Promise<void> {
  await shoot(await open(WIDE), "idle");
  const during = await open(WIDE);
  await slowDown(during);
  await type(during, 'await install("fastapi", "hypothesis")');
  await during.waitForFunction(() => {
    const amounts = [...document.querySelector("wherry-progress")!.shadowRoot!.querySelectorAll("li.downloading")];
    return amounts.length > 1;
  });
  await settle(during, "running");
  await shoot(during, "installing");
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
    await type(page, 'await install("pydantic", "pydantic-core<2.40")');
    await settle(page, "failed");
    await shoot(page, name);
  }
  await shoot(await open(WIDE, "light", "#install=pydantic&install=msgpack"), "link");
  const completing = await open(WIDE, "dark");
  await completing.keyboard.type("wherry.in");
  await completing.keyboard.press("Tab");
  await shoot(completing, "completing");
}

try {
  await take(browser);
} finally {
  await browser.close();
  site.close();
  await server[Symbol.asyncDispose]();
}
