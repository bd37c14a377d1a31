// The browsers of Debian, headless, each time with a profile of its own that goes when it is closed (Puppeteer's doing).
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, launch as launchBrowser } from "puppeteer-core";

export const BROWSERS = ["chromium", "firefox"] as const;
export type BrowserName = (typeof BROWSERS)[number];

/** What the programs are called, and the packages of Debian that bring them. */
const PROGRAMS = {
  chromium: { names: ["chromium", "chromium-browser", "google-chrome"], package: "chromium" },
  firefox: { names: ["firefox-esr", "firefox"], package: "firefox-esr" },
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

function findProgram(browser: BrowserName): string {
  const { names, package: debianPackage } = PROGRAMS[browser];
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
  if (found) return found;
  throw new Error(`${names.join(", ")}: none is on PATH; install ${browser} (on Debian: apt-get install ${debianPackage})`);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
