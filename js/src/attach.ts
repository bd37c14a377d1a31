import { namesFiles, readAttachOptions, readRuntime } from "./options/arguments.ts";
import { type Call, openBridge } from "./python/bridge.ts";
import { beginBundle, loadBundle } from "./python/bundle.ts";
import { Bytecode } from "./host/bytecode.ts";
import { type Cache, forgiving, uncopied } from "./host/cache.ts";
import { type DefaultCache, openDefaultCache } from "./host/default_cache.ts";
import { beginEarly, dropEarly, transfer } from "./host/early.ts";
import { EarlyLock } from "./lock/early_lock.ts";
import type { Asking } from "./host/last_visit.ts";
import { showHidden } from "./host/hidden_files.ts";
import { createInstaller } from "./installer.ts";
import type { AttachOptions, InstallOptions, InstallReport, Installer, ProgressEvent } from "./types.ts";
import { readListing } from "./host/page_listing.ts";
import { type PyodideRuntime, requireSupported } from "./python/runtime.ts";
import { createFiles, digestOf, unpackAhead } from "./host/lazy_files.ts";
import type { Get } from "./host/transfer.ts";

/** The event before those of the Python side. */
const LOADING: ProgressEvent = {
  phase: "loading",
  message: "Loading Python",
  done: 0,
  total: null,
  package: null,
  bytesDone: null,
  bytesTotal: null,
  fraction: 0,
};

/**
 * Loads wherry into a running Pyodide (314 or later) and returns its installer.
 *
 * Nothing needs to be installed before. Afterwards Python code in the runtime can `import wherry`, and
 * `wherry.install()` follows the same options. Attaching again is allowed; the last options count.
 *
 * Pass the promise of `loadPyodide()` to load wherry and Pyodide at the same time. With `lock` or `preload` the promise
 * resolves when these packages are installed, and rejects with a `WherryError` if they cannot be. It rejects with a
 * `TypeError`, before any request, for an unknown option or a value of the wrong type.
 */
export async function attach(
  pyodide: PyodideRuntime | PromiseLike<PyodideRuntime>,
  options: AttachOptions = {},
): Promise<Installer> {
  const { lock, preload, ...rest } = readAttachOptions(options);
  if (!isPromise(pyodide)) readRuntime(pyodide);
  const { requirements, ...installOptions } = preload ?? { requirements: [] };
  const preloads = requirements.length > 0 || namesFiles(installOptions);
  const lockListener = lock?.onProgress ?? rest.onProgress;
  const listeners = [lock && lockListener, preloads && (installOptions.onProgress ?? rest.onProgress)];
  for (const listener of new Set(listeners)) if (listener) listener({ ...LOADING });
  const storage = openStorage(rest);
  if (lock || preloads) void storage.visit?.then((visit) => visit?.begin([lock, preload, rest]));
  const early = lock && new EarlyLock(lock, rest, storage.cache, storage.get);
  try {
    const { call } = await connect(pyodide, rest, early ? { ...storage, cache: early.cache } : storage);
    const reports: InstallReport[] = [];
    if (early) reports.push(await early.install(call, lockListener));
    const installer = { ...createInstaller(call, rest.onProgress, storage.store), reports };
    if (preloads) reports.push(await installer.install(requirements, installOptions));
    return installer;
  } finally {
    early?.drop();
    void storage.visit?.then((visit) => visit?.end());
  }
}

/** What is kept between visits. */
export interface Storage {
  /** Keeps archives and metadata. It never fails. */
  cache?: Cache | undefined;
  /** Fetches pages, and keeps them. */
  get?: Get | undefined;
  /**
   * Keeps bytecode, and never fails. It must be wherry's own: bytecode cannot be compared with a hash of the index.
   */
  bytecode?: Cache | undefined;
  /** Begins the requests of the last visit. */
  visit?: DefaultCache["visit"];
  /** Whether bytecode is kept while the page is idle. Otherwise the owner keeps it at the end. */
  keepsWhenIdle?: boolean;
}

/** A connection to the Python side. */
export interface Connection {
  /** Calls any method of it. */
  call: Call;
  bytecode: Bytecode | undefined;
}

/** Attaches without `lock` and `preload`. */
export async function connect(
  pyodide: PyodideRuntime | PromiseLike<PyodideRuntime>,
  options: AttachOptions & Pick<InstallOptions, "constraints" | "overwrite">,
  { cache, get, bytecode: store, visit, keepsWhenIdle = true }: Storage = {},
): Promise<Connection> {
  const { cache: _, bundleUrl, ...rest } = options;
  const location = bundleUrl?.toString();
  const bundle = isPromise(pyodide) ? beginBundle(location) : undefined;
  const runtime = readRuntime(await pyodide);
  requireSupported(runtime.version);
  await loadBundle(runtime, location, bundle);
  const bytecode = rest.bytecode === false ? undefined : new Bytecode(runtime.FS, digestOf, store, keepsWhenIdle);
  runtime.registerJsModule("wherry_js", {
    beginEarly: (url: string, init: string, patience: string, wishes?: string) =>
      beginEarly(url, init, patience, wishes, get),
    bytecode,
    createFiles: (archive: Uint8Array, listing: string) => createFiles(runtime, archive, listing),
    dropEarly,
    readListing,
    showHidden: () => showHidden(runtime),
    transfer: (...request: Asking) => {
      void visit?.then((visit) => visit?.note(...request));
      return transfer(...request, get);
    },
    unpackAhead: (path: string) => unpackAhead(runtime.FS, path),
  });
  return { call: openBridge(runtime, rest, cache), bytecode };
}

function isPromise(value: unknown): boolean {
  return "then" in Object(value);
}

/** Opens the cache that the options name. `store` is the same as `cache`, as it was given or opened. */
function openStorage({ cache: given = true, network }: AttachOptions): Storage & { store?: Cache } {
  const patience = network?.answerTimeout ?? undefined;
  if (typeof given === "object") return { store: given, cache: forgiving(given, console.warn, patience) };
  const opened = given ? openDefaultCache() : undefined;
  if (!opened) return {};
  const { store, get, visit } = opened;
  const cache = forgiving(store, () => {}, patience, uncopied);
  return { store, get, visit, cache, bytecode: cache };
}
