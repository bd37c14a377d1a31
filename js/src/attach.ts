import { type Call, openBridge } from "./bridge.ts";
import { bringAboard } from "./bundle.ts";
import { beginEarly, dropEarly, transfer } from "./fetching.ts";
import { type AttachOptions, createInstaller, type Installer } from "./installer.ts";
import { readListing } from "./listing.ts";
import { type PyodideRuntime, requireSupported } from "./runtime.ts";
import { createFiles } from "./unpacking.ts";

/**
 * Brings wherry into a running Pyodide (314 or later) and returns its installer.
 *
 * Nothing needs to be installed before. From then on Python code in that runtime can `import wherry` too, and
 * `wherry.install()` there follows the same options. Attaching again is fine; the last options count.
 */
export async function attach(pyodide: PyodideRuntime, options: AttachOptions = {}): Promise<Installer> {
  return createInstaller(await connect(pyodide, options), options.onProgress);
}

/** Does what `attach()` does, and gives access to every method of the Python side. */
export async function connect(pyodide: PyodideRuntime, options: AttachOptions): Promise<Call> {
  requireSupported(pyodide.version);
  await bringAboard(pyodide);
  pyodide.registerJsModule("wherry_js", {
    beginEarly,
    createFiles: (archive: Uint8Array, listing: string) => createFiles(pyodide, archive, listing),
    dropEarly,
    readListing,
    transfer,
  });
  const { indexUrls, limits, network, strict } = options;
  return openBridge(pyodide, { indexUrls, limits, network, strict });
}
