import { namesFiles, readAttachOptions, readRuntime } from "./arguments.ts";
import { type Call, openBridge } from "./bridge.ts";
import { beginBundle, bringAboard } from "./bundle.ts";
import { forgiving } from "./caching.ts";
import { beginEarly, dropEarly, type Get, transfer } from "./fetching.ts";
import { type AttachOptions, createInstaller, type InstallOptions, type Installer } from "./installer.ts";
import { readListing } from "./listing.ts";
import { type PyodideRuntime, requireSupported } from "./runtime.ts";
import { createFiles } from "./unpacking.ts";

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
  const installer = createInstaller(await connect(pyodide, rest), rest.onProgress);
  const { requirements, ...installOptions } = preload ?? { requirements: [] };
  if (requirements.length > 0 || namesFiles(installOptions)) await installer.install(requirements, installOptions);
  return installer;
}

/** Does what `attach()` does but for its `preload`, and gives access to every method of the Python side; fetches with `get`. */
export async function connect(
  pyodide: PyodideRuntime | PromiseLike<PyodideRuntime>,
  options: AttachOptions & Pick<InstallOptions, "constraints" | "overwrite">,
  get?: Get,
): Promise<Call> {
  const bundle = "then" in Object(pyodide) ? beginBundle() : undefined;
  const runtime = readRuntime(await pyodide);
  requireSupported(runtime.version);
  await bringAboard(runtime, bundle);
  runtime.registerJsModule("wherry_js", {
    beginEarly: (url: string, init: string, patience: string) => beginEarly(url, init, patience, get),
    createFiles: (archive: Uint8Array, listing: string) => createFiles(runtime, archive, listing),
    dropEarly,
    readListing,
    transfer: (url: string, init: string, patience: string, wishes: string) =>
      transfer(url, init, patience, wishes, get),
  });
  const { cache, ...rest } = options;
  return openBridge(runtime, rest, cache ? forgiving(cache) : undefined);
}
