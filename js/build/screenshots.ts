// Takes screenshots of the REPL page in Chromium. Needs the wheels of the tests.
//
// `node build/screenshots.ts FOLDER` takes all of them, with an index on loopback.
// `node build/screenshots.ts --documents` takes those of README.md and docs/ into docs/images, with PyPI's answers.
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import type { HTTPRequest, Page } from "puppeteer-core";
import { launch } from "../test/browser/launch.ts";
import { nativeWheels, readWheels, serveIndex } from "../test/browser/wheel_index.ts";
import { buildPage } from "./repl.ts";
import { recompress } from "./png.ts";
import { serveFolder } from "./static.ts";

const ROOT = join(dirname(import.meta.dirname), "..");
const CACHE = join(ROOT, ".cache");
const WIDE = { width: 1280, height: 800, deviceScaleFactor: 2 };
const NARROW = { width: 380, height: 800, deviceScaleFactor: 2 };
/** Documents show a picture at most about so wide. */
const DOCUMENT = { width: 920, height: 500, deviceScaleFactor: 1.5 };

const { values: options, positionals } = parseArgs({
  options: { documents: { type: "boolean", default: false } },
  allowPositionals: true,
});
const folder = options.documents ? join(ROOT, "docs", "images") : (positionals[0] ?? "screenshots");
mkdirSync(folder, { recursive: true });
const output = mkdtempSync(join(tmpdir(), "wherry-repl-"));
await buildPage({ output, distribution: join(CACHE, options.documents ? "stock" : "distribution") });
const site = await serveFolder(output);
const { server, urls } = await serveIndex([...readWheels(join(CACHE, "wheels", "newest")), ...nativeWheels("torch")]);
const browser = await launch("chromium");

function open(viewport: typeof WIDE, scheme: "light" | "dark" = "light", fragment = ""): Promise<Page> {
  return openAt(`?index=${urls.open}${fragment}`, viewport, scheme);
}

async function openAt(query: string, viewport: typeof WIDE, scheme: "light" | "dark"): Promise<Page> {
  const page = await (await browser.createBrowserContext()).newPage();
  page.on("console", (message) => console.log(message.text()));
  page.on("pageerror", (error) => console.log(error));
  await page.setViewport(viewport);
  // Without motion, no picture depends on its moment.
  const calm = { name: "prefers-reduced-motion", value: "reduce" };
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }, calm]);
  if (!query) {
    await page.setRequestInterception(true);
    page.on("request", passOn);
  }
  await page.goto(`${site.url}/${query}`);
  await showsRow(page, ">>>");
  return page;
}

/** Lets Node.js ask in place of the page, which a mirror of PyPI may not let in. */
async function passOn(request: HTTPRequest): Promise<void> {
  const url = request.url();
  if (!/^https?:/.test(url) || url.startsWith(site.url)) return request.continue();
  const answer = await fetch(url, { headers: request.headers() });
  await request.respond({
    status: answer.status,
    headers: { "Access-Control-Allow-Origin": "*", "Content-Type": answer.headers.get("Content-Type") ?? "" },
    body: new Uint8Array(await answer.arrayBuffer()),
  });
}

async function showsRow(page: Page, start: string): Promise<void> {
  const isShown = (start: string) => [...document.querySelectorAll(".xterm-rows > div")].some((row) => row.textContent?.startsWith(start));
  await page.waitForFunction(isShown, {}, start);
}

async function type(page: Page, ...lines: string[]): Promise<void> {
  for (const line of lines) {
    await page.keyboard.type(line);
    await page.keyboard.press("Enter");
  }
}

async function settle(page: Page, state: string): Promise<void> {
  await page.waitForSelector(`wherry-progress:state(${state})`);
  if (state !== "running") await page.waitForSelector("wherry-progress:not([open])");
}

async function build(page: Page): Promise<void> {
  await type(page, 'await install("pydantic")');
  await settle(page, "done");
  await type(page, "from pydantic import BaseModel", "class Boat(BaseModel):", "name: str", "seats: int = 6", "", 'Boat(name="Wherry")');
  await showsRow(page, "Boat(name='Wherry'");
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

async function click(page: Page, selector: string): Promise<void> {
  await (await page.waitForSelector(selector, { visible: true }))?.click();
}

async function shoot(page: Page, name: string): Promise<void> {
  const picture = await page.screenshot();
  writeFileSync(join(folder, `${name}.png`), options.documents ? await recompress(picture) : picture);
  await page.browserContext().close();
}

async function takeForDocuments(): Promise<void> {
  const page = await openAt("", DOCUMENT, "light");
  await build(page);
  await shoot(page, "repl");
  const failing = await openAt("", DOCUMENT, "light");
  await type(failing, 'await install("torch")');
  await settle(failing, "failed");
  await shoot(failing, "repl-failure");
}

async function takeAll(): Promise<void> {
  await shoot(await open(WIDE), "idle");
  for (const [name, viewport] of [["installing", WIDE], ["narrow-installing", NARROW]] as const) {
    const page = await open(viewport);
    await startInstalling(page);
    await shoot(page, name);
  }
  for (const [name, viewport, scheme] of [["installed", WIDE, "light"], ["dark", WIDE, "dark"], ["narrow", NARROW, "light"]] as const) {
    const page = await open(viewport, scheme);
    await build(page);
    await shoot(page, name);
  }
  for (const [name, viewport] of [["failure", WIDE], ["narrow-failure", NARROW]] as const) {
    const page = await open(viewport);
    await type(page, 'await install("torch")');
    await settle(page, "failed");
    await shoot(page, name);
  }
  for (const [name, viewport] of [["link", WIDE], ["narrow-link", NARROW]] as const) {
    const page = await open(viewport, "light", "#install=pydantic&install=msgpack%3E%3D1");
    await page.waitForSelector("#notice .question");
    await shoot(page, name);
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
    await page.waitForSelector("#notice .success");
    await shoot(page, name);
  }
  const failing = await open(WIDE);
  await failing.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([], "notes.txt"));
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
  });
  await failing.waitForSelector("#notice .failure");
  await shoot(failing, "notice-of-a-failure");
  const leaving = await open(WIDE);
  await type(leaving, 'await install("fastapi", "pydantic")');
  await click(leaving, '[aria-label="Uninstall fastapi"]');
  await shoot(leaving, "uninstalling");
}

try {
  await (options.documents ? takeForDocuments() : takeAll());
} finally {
  await browser.close();
  site.close();
  await server[Symbol.asyncDispose]();
}
