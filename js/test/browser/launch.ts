// Start headless browsers, and Deno.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, type BrowserContext, launch as launchBrowser, type Page } from "puppeteer-core";

export const BROWSERS = ["chromium", "firefox"] as const;
export type BrowserName = (typeof BROWSERS)[number];

/** In milliseconds; longer than any working test takes, also on a busy machine. */
export const TIMEOUT = 180_000;
/** Time limit of one answer of a browser, such as a whole scene. */
const ANSWER_TIMEOUT = 600_000;

/** Names of the programs, and how to install them. */
const PROGRAMS = {
  chromium: { names: ["chromium", "chromium-browser", "google-chrome"], way: "on Debian: apt-get install chromium" },
  deno: { names: ["deno"], way: "pip install deno" },
  firefox: { names: ["firefox-esr", "firefox"], way: "on Debian: apt-get install firefox-esr" },
} as const;

// In addition to Puppeteer's own: root has no sandbox, and loopback needs neither of the others.
const CHROMIUM_FLAGS = ["--disable-gpu", "--disable-quic", "--no-sandbox"];

/**
 * Starts a browser. If it is missing, the error says how to install it.
 *
 * With the folder of a profile, it keeps there what it stores; otherwise its profile is temporary.
 */
export function launch(browser: BrowserName, userDataDir?: string): Promise<Browser> {
  const executablePath = findProgram(browser);
  const kept = userDataDir === undefined ? {} : { userDataDir };
  const options = { executablePath, timeout: TIMEOUT, protocolTimeout: ANSWER_TIMEOUT, ...kept };
  return browser === "firefox"
    ? launchBrowser({ ...options, browser })
    : launchBrowser({ ...options, browser: "chrome", args: CHROMIUM_FLAGS });
}

/** Opens an empty page with the same time limits. */
export async function openPage(browser: Browser | BrowserContext): Promise<Page> {
  const page = await browser.newPage();
  page.setDefaultTimeout(TIMEOUT);
  return page;
}

/** Returns the path of a program. If it is not on PATH, the error says how to install it. */
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
