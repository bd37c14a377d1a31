import { namesFiles, readAttachOptions, readRuntime } from "./options/arguments.ts";
import { type Call, openBridge } from "./python/bridge.ts";
import { beginBundle, bringAboard } from "./python/bundle.ts";
import { forgiving } from "./host/cache.ts";
import { beginEarly, dropEarly, type Get, transfer } from "./host/transfer.ts";
import { createInstaller } from "./installer.ts";
import type { AttachOptions, InstallOptions, Installer, ProgressEvent } from "./types.ts";
import { readListing } from "./host/page_listing.ts";
import { type PyodideRuntime, requireSupported } from "./python/runtime.ts";
import { createFiles } from "./host/lazy_files.ts";

/** What comes before all that the Python side tells. */
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
 * Brings wherry into a running Pyodide (314 or later) and returns its installer.
 *
 * Nothing needs to be installed before. From then on Python code in that runtime can `import wherry` too, and
 * `wherry.install()` there follows the same options. Attaching again is fine; the last options count.
 *
 * With what `loadPyodide()` returns, not awaited, wherry comes while Pyodide does. With `preload` the promise waits for
 * these packages, too, and rejects with a `WherryError` where they cannot be installed. It rejects with a `TypeError`,
 * before anything is fetched, for an unknown option or a value of the wrong type.
 */
export async function attach(
  pyodide: PyodideRuntime | PromiseLike<PyodideRuntime>,
  options: AttachOptions = {},
): Promise<Installer> {
  const { preload, ...rest } = readAttachOptions(options);
  const { requirements, ...installOptions } = preload ?? { requirements: [] };
  const preloads = requirements.length > 0 || namesFiles(installOptions);
  if (preloads) (installOptions.onProgress ?? rest.onProgress)?.({ ...LOADING });
  const installer = createInstaller(await connect(pyodide, rest), rest.onProgress);
  if (preloads) await installer.install(requirements, installOptions);
  return installer;
}

/** Does what `attach()` does but for its `preload`, and gives access to every method of the Python side; fetches with `get`. */
export async function connect(
  pyodide: PyodideRuntime | PromiseLike<PyodideRuntime>,
  options: AttachOptions & Pick<InstallOptions, "constraints" | "overwrite">,
  get?: Get,
): Promise<Call> {
  const { cache, bundleUrl, ...rest } = options;
  const place = bundleUrl?.toString();
  const bundle = "then" in Object(pyodide) ? beginBundle(place) : undefined;
  const runtime = readRuntime(await pyodide);
  requireSupported(runtime.version);
  await bringAboard(runtime, place, bundle);
  runtime.registerJsModule("wherry_js", {
    beginEarly: (url: string, init: string, patience: string, wishes?: string) =>
      beginEarly(url, init, patience, wishes, get),
    createFiles: (archive: Uint8Array, listing: string) => createFiles(runtime, archive, listing),
    dropEarly,
    readListing,
    transfer: (url: string, init: string, patience: string, wishes: string) =>
      transfer(url, init, patience, wishes, get),
  });
  const patience = rest.network?.answerTimeout ?? undefined;
  return openBridge(runtime, rest, cache ? forgiving(cache, console.warn, patience) : undefined);
}
