// Browsers, headless, each time with a profile of their own that goes when they are closed (Puppeteer's doing), and Deno.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, launch as launchBrowser } from "puppeteer-core";

export const BROWSERS = ["chromium", "firefox"] as const;
export type BrowserName = (typeof BROWSERS)[number];

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
  const executablePath = findProgram(browser);
  return browser === "firefox"
    ? launchBrowser({ browser, executablePath })
    : launchBrowser({ browser: "chrome", executablePath, args: CHROMIUM_FLAGS });
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
