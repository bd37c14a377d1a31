// Browsers, headless, each time with a profile of their own that goes when they are closed (Puppeteer's doing), and
// Deno.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, type BrowserContext, launch as launchBrowser, type Page } from "puppeteer-core";

export const BROWSERS = ["chromium", "firefox"] as const;
export type BrowserName = (typeof BROWSERS)[number];

/** In milliseconds; more than anything takes that works at all, on a machine that has much else to do. */
export const TIMEOUT = 180_000;
/** How long a single answer of a browser may take: a whole scene is one. */
const ANSWER_TIMEOUT = 600_000;

/** What the programs are called, and how they come. */
const PROGRAMS = {
  chromium: { names: ["chromium", "chromium-browser", "google-chrome"], way: "on Debian: apt-get install chromium" },
  deno: { names: ["deno"], way: "pip install deno" },
  firefox: { names: ["firefox-esr", "firefox"], way: "on Debian: apt-get install firefox-esr" },
} as const;

// Beyond Puppeteer's own: root has no sandbox, and loopback needs neither of the others.
const CHROMIUM_FLAGS = ["--disable-gpu", "--disable-quic", "--no-sandbox"];

/** Starts a browser; throws an error that says what to install where there is none. */
export function launch(browser: BrowserName): Promise<Browser> {
  const options = { executablePath: findProgram(browser), timeout: TIMEOUT, protocolTimeout: ANSWER_TIMEOUT };
  return browser === "firefox"
    ? launchBrowser({ ...options, browser })
    : launchBrowser({ ...options, browser: "chrome", args: CHROMIUM_FLAGS });
}

/** Opens an empty page that is as patient. */
export async function openPage(browser: Browser | BrowserContext): Promise<Page> {
  const page = await browser.newPage();
  page.setDefaultTimeout(TIMEOUT);
  return page;
}

/** Returns the path of a program; throws an error that says how to get it where it is not on PATH. */
export function findProgram(program: keyof typeof PROGRAMS): string {
  const { names, way } = PROGRAMS[program];
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
  if (found) return found;
  throw new Error(`${names.join(", ")}: not found on PATH; ${way}`);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
