import { attach } from "../index.ts";
import type { AttachOptions, Installer, Preload, ProgressListener, PyodideRuntime } from "../index.ts";

/** What a page with `<wherry-preload>` has once it is ready. */
export interface Preloaded {
  /** What `loadPyodide()` has returned. */
  pyodide: PyodideRuntime;
  wherry: Installer;
}

/** What shows the progress: `<wherry-progress>`, or another element with this method. */
interface Tracker {
  track<Result>(run: (onProgress: ProgressListener) => Promise<Result>): Promise<Result>;
}

// A server that renders pages imports this too, and has no elements.
const Base = (globalThis.HTMLElement ?? class {}) as typeof HTMLElement;

/**
 * Loads Pyodide and installs packages, for pages without a script of their own for that.
 *
 * ```html
 * <wherry-preload pyodide="/pyodide/pyodide.mjs" progress="bar">
 *   pandas
 *   pydantic>=2
 * </wherry-preload>
 * <wherry-progress id="bar"></wherry-progress>
 * ```
 *
 * The text is a requirement a line; what stands behind a `#` is for people. Attributes: `pyodide` is the URL of
 * Pyodide's module; `index-url` (several with spaces between), `prefer`, `pre` and `exclude-newer` are those of
 * `install()`; `bundle-url` is that of `attach()`; `progress` is the id of a `<wherry-progress>`, whose script comes along.
 * It begins when it comes into the page, once.
 *
 * Dispatches `ready`, or `error` (an `ErrorEvent` with the `error`).
 */
export class PreloadElement extends Base {
  /** Resolves when everything is installed; rejects with what went wrong. */
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
    if (tracker === null) throw new Error(`<wherry-preload> names the progress ${id}, but no element has this id`);
    if (tracker.localName === "wherry-progress") await import("../progress/define.ts");
    if (tracker.localName.includes("-")) await customElements.whenDefined(tracker.localName);
    if (!isTracker(tracker)) {
      throw new TypeError(`<wherry-preload> names the progress ${id}, but <${tracker.localName}> has no method track`);
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
    return { preload, ...(indexUrls && { indexUrls }), ...(bundleUrl && { bundleUrl }) };
  }
}

function isTracker(element: HTMLElement): element is HTMLElement & Tracker {
  return typeof (element as Partial<Tracker & HTMLElement>).track === "function";
}

/** Waits for the page to be there: until then the element may be without its text, and without what it names. */
async function parsed(): Promise<void> {
  if (document.readyState !== "loading") return;
  await new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve, { once: true }));
}

/** Reads the value of an attribute that means true wherever it stands, as HTML's do. */
export function readFlag(name: string, value: string | null): boolean {
  if (value === null || ["", name, "true"].includes(value)) return value !== null;
  throw new TypeError(`<wherry-preload> has ${name}="${value}"; write ${name} alone for true, leave it out for false`);
}

/** Returns the requirements of a text with one a line, as in a requirements file: `#` begins a comment. */
export function readRequirements(text: string): string[] {
  const lines = text.split("\n").map((line) => line.replace(/(^|\s)#.*/, "").trim());
  return lines.filter((line) => line !== "");
}
