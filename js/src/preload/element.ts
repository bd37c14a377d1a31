import { attach } from "../index.ts";
import type { AttachOptions, Installer, Preload, ProgressListener, PyodideRuntime } from "../index.ts";

/** The result of a `<wherry-preload>`. */
export interface Preloaded {
  /** The result of `loadPyodide()`. */
  pyodide: PyodideRuntime;
  wherry: Installer;
}

/** An element that shows progress: `<wherry-progress>`, or another one with this method. */
interface Tracker {
  track<Result>(run: (onProgress: ProgressListener) => Promise<Result>): Promise<Result>;
}

// Absent on servers that render pages, which import this module, too.
const Base = (globalThis.HTMLElement ?? class {}) as typeof HTMLElement;

/**
 * Loads Pyodide and installs packages, without a script of the page.
 *
 * ```html
 * <wherry-preload pyodide="/pyodide/pyodide.mjs" progress="bar">
 *   pandas
 *   pydantic>=2
 * </wherry-preload>
 * <wherry-progress id="bar"></wherry-progress>
 * ```
 *
 * The text has one requirement a line; `#` begins a comment. Attributes: `pyodide` is the URL of Pyodide's module.
 * `lock` is the URL of a lock, such as `pylock.toml`, which is installed before the requirements of the text, and
 * `integrity` its hash.
 * `index-url` (several are separated by spaces), `prefer`, `pre` and `exclude-newer` are options of `install()`.
 * `bundle-url` is an option of `attach()`. `progress` is the id of a `<wherry-progress>`, whose script is loaded as
 * well.
 *
 * The element starts when it is first connected to the page. It dispatches `ready`, or `error` (an `ErrorEvent`).
 */
export class PreloadElement extends Base {
  /** Resolves when everything is installed; rejects with the error otherwise. */
  readonly ready: Promise<Preloaded>;
  #settle: ((work: Promise<Preloaded>) => void) | undefined;

  constructor() {
    super();
    this.ready = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  connectedCallback(): void {
    this.hidden = true;
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.(this.#run());
  }

  async #run(): Promise<Preloaded> {
    try {
      await parsed();
      const preloaded = await this.#track((onProgress) => this.#load(onProgress));
      this.dispatchEvent(new Event("ready"));
      return preloaded;
    } catch (error) {
      this.dispatchEvent(new ErrorEvent("error", { error, message: String(error) }));
      throw error;
    }
  }

  async #track(run: (onProgress?: ProgressListener) => Promise<Preloaded>): Promise<Preloaded> {
    const id = this.getAttribute("progress");
    if (id === null) return run();
    const tracker = document.getElementById(id);
    if (tracker === null) throw new Error(`<wherry-preload progress="${id}">: no element of the page has this id`);
    if (tracker.localName === "wherry-progress") await import("../progress/define.ts");
    if (tracker.localName.includes("-")) await customElements.whenDefined(tracker.localName);
    if (!isTracker(tracker)) {
      throw new TypeError(`<wherry-preload progress="${id}">: <${tracker.localName}> has no method track; name a <wherry-progress>`);
    }
    return tracker.track(run);
  }

  async #load(onProgress?: ProgressListener): Promise<Preloaded> {
    const url = this.getAttribute("pyodide");
    if (!url) throw new Error("<wherry-preload> needs the attribute pyodide: the URL of Pyodide's module");
    const module = new URL(url, document.baseURI).href;
    const { loadPyodide } = await import(/* webpackIgnore: true */ /* @vite-ignore */ module);
    const loading: Promise<PyodideRuntime> = loadPyodide();
    const wherry = await attach(loading, { ...this.#options(), ...(onProgress && { onProgress }) });
    return { pyodide: await loading, wherry };
  }

  #options(): AttachOptions {
    const preload: Preload = { requirements: readRequirements(this.textContent ?? "") };
    preload.pre = readFlag("pre", this.getAttribute("pre"));
    const prefer = this.getAttribute("prefer");
    if (prefer !== null) preload.prefer = prefer as "distribution" | "index";
    const excludeNewer = this.getAttribute("exclude-newer");
    if (excludeNewer !== null) preload.excludeNewer = excludeNewer;
    const indexUrls = this.getAttribute("index-url")?.trim().split(/\s+/);
    if (indexUrls?.[0] === "") throw new TypeError("<wherry-preload> has an empty index-url; name an index or leave it out");
    const bundleUrl = this.getAttribute("bundle-url");
    const lock = readLock(this.getAttribute("lock"));
    const integrity = this.getAttribute("integrity");
    const given = lock && (integrity === null ? lock : { lock, integrity });
    return { preload, ...(given && { lock: given }), ...(indexUrls && { indexUrls }), ...(bundleUrl && { bundleUrl }) };
  }
}

function isTracker(element: HTMLElement): element is HTMLElement & Tracker {
  return typeof (element as Partial<Tracker & HTMLElement>).track === "function";
}

/** Waits until the page is parsed: before, the element's text or the element that it names may be missing. */
async function parsed(): Promise<void> {
  if (document.readyState !== "loading") return;
  await new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve, { once: true }));
}

/** Reads a boolean attribute: true if present, as in HTML. */
export function readFlag(name: string, value: string | null): boolean {
  if (value === null || ["", name, "true"].includes(value)) return value !== null;
  throw new TypeError(`<wherry-preload> has ${name}="${value}"; write ${name} alone for true, leave it out for false`);
}

/** Reads the URL of a lock, if there is one. */
export function readLock(value: string | null): string | undefined {
  const lock = value?.trim();
  if (lock === "") throw new TypeError("<wherry-preload> has an empty lock; name a pylock.toml or leave it out");
  return lock;
}

/** Reads a text with one requirement a line. `#` begins a comment, as in a requirements file. */
export function readRequirements(text: string): string[] {
  const lines = text.split("\n").map((line) => line.replace(/(^|\s)#.*/, "").trim());
  return lines.filter((line) => line !== "");
}
