import { namesFiles, readAttachOptions, readRuntime } from "./options/arguments.ts";
import { type Call, openBridge } from "./python/bridge.ts";
import { beginBundle, loadBundle } from "./python/bundle.ts";
import type { Bytecode } from "./host/bytecode.ts";
import { EarlyLock } from "./lock/early_lock.ts";
import { createInstaller } from "./installer.ts";
import { registerHost } from "./python/host_module.ts";
import { openStorage, type Storage } from "./host/storage.ts";
import type { AttachOptions, InstallOptions, InstallReport, Installer, ProgressEvent } from "./types.ts";
import { type PyodideRuntime, requireSupported } from "./python/runtime.ts";

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
  const storage = openStorage(rest.cache ?? true, rest.network?.answerTimeout ?? undefined);
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
  storage: Storage = {},
): Promise<Connection> {
  const { cache: _, bundleUrl, ...rest } = options;
  const location = bundleUrl?.toString();
  const bundle = isPromise(pyodide) ? beginBundle(location) : undefined;
  const runtime = readRuntime(await pyodide);
  requireSupported(runtime.version);
  await loadBundle(runtime, location, bundle);
  const bytecode = registerHost(runtime, storage, rest.bytecode !== false);
  return { call: openBridge(runtime, rest, storage.cache), bytecode };
}

function isPromise(value: unknown): boolean {
  return "then" in Object(value);
}
