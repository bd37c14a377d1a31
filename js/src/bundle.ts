import { WherryError } from "./errors.ts";
import { transfer } from "./fetching.ts";
import { readListing } from "./listing.ts";
import type { PyodideRuntime } from "./runtime.ts";

/** Outside site-packages, so that no installer takes it for something that was installed. */
const ARCHIVE = "/lib/wherry.zip";

/** How Python shows the magic number of the bytecode that scripts/build.js has made, and puts in here. */
declare const BYTECODE_MAGIC: string;

interface PathProxy {
  includes(entry: string): boolean;
  append(entry: string): void;
  destroy(): void;
}

/**
 * Makes `import wherry` work in `pyodide`; does nothing where it works already.
 *
 * Python imports from the archive as it is: unpacking a hundred small files would take longer than all imports. It comes
 * as bytecode where the runtime is of the Python that this was made for, and as source code elsewhere.
 */
export async function bringAboard(pyodide: PyodideRuntime): Promise<void> {
  if (withPath(pyodide, (path) => path.includes(ARCHIVE))) return;
  const archive = await readBundle(runsBytecode(pyodide));
  pyodide.registerJsModule("wherry_js", { readListing, transfer });
  withPath(pyodide, (path) => {
    // Another attach() may have come first while this one was waiting.
    if (path.includes(ARCHIVE)) return;
    pyodide.FS.writeFile(ARCHIVE, archive, { canOwn: true });
    path.append(ARCHIVE);
  });
}

function withPath<Result>(pyodide: PyodideRuntime, use: (path: PathProxy) => Result): Result {
  const sys = pyodide.pyimport("sys");
  const path: PathProxy = sys.path;
  try {
    return use(path);
  } finally {
    path.destroy();
    sys.destroy();
  }
}

function runsBytecode(pyodide: PyodideRuntime): boolean {
  const util = pyodide.pyimport("importlib.util");
  const magic = util.MAGIC_NUMBER;
  try {
    return magic.toString() === BYTECODE_MAGIC;
  } finally {
    magic.destroy();
    util.destroy();
  }
}

function readBundle(asBytecode: boolean): Promise<Uint8Array> {
  // In this very form bundlers see that the files belong to the program.
  const url = asBytecode
    ? new URL("./wherry-bytecode.bin", import.meta.url)
    : new URL("./wherry-sources.bin", import.meta.url);
  return url.protocol === "file:" ? readFile(url) : download(url);
}

async function readFile(url: URL): Promise<Uint8Array> {
  const { readFileSync } = await import(/* webpackIgnore: true */ /* @vite-ignore */ "node:fs");
  const { gunzipSync } = await import(/* webpackIgnore: true */ /* @vite-ignore */ "node:zlib");
  return gunzipSync(readFileSync(url));
}

async function download(url: URL): Promise<Uint8Array> {
  const response = await fetch(url);
  if (response.ok && response.body) {
    const archive = response.body.pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(archive).arrayBuffer());
  }
  const file = url.pathname.split("/").at(-1);
  throw new WherryError({
    type: "BundleUnavailable",
    code: "bundle-unavailable",
    message: `${url} answered with HTTP status ${response.status}; ${file} must be served beside wherry's own script`,
    facts: { url: url.href, status: response.status },
  });
}
