import { WherryError } from "./errors.ts";
import type { PyodideRuntime } from "./runtime.ts";

/** Outside site-packages, so that no installer takes it for something that was installed. */
const FOLDER = "/lib/wherry";

interface PathProxy {
  includes(folder: string): boolean;
  append(folder: string): void;
  destroy(): void;
}

/** Makes `import wherry` work in `pyodide`; does nothing where it works already. */
export async function bringAboard(pyodide: PyodideRuntime): Promise<void> {
  if (withPath(pyodide, (path) => path.includes(FOLDER))) return;
  const archive = await readBundle();
  pyodide.unpackArchive(archive, "zip", { extractDir: FOLDER });
  withPath(pyodide, (path) => {
    // Another attach() may have come first while this one was waiting.
    if (!path.includes(FOLDER)) path.append(FOLDER);
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

async function readBundle(): Promise<Uint8Array<ArrayBuffer>> {
  // In this very form bundlers see that the file belongs to the program.
  const url = new URL("./wherry.zip", import.meta.url);
  return url.protocol === "file:" ? readFile(url) : download(url);
}

async function readFile(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  const { readFile } = await import(/* webpackIgnore: true */ /* @vite-ignore */ "node:fs/promises");
  // A Buffer may be a view into a pool that Node shares; Pyodide wants memory of its own.
  return Uint8Array.from(await readFile(url));
}

async function download(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(url);
  if (response.ok) return new Uint8Array(await response.arrayBuffer());
  throw new WherryError({
    type: "BundleUnavailable",
    code: "bundle-unavailable",
    message: `${url} answered with HTTP status ${response.status}; wherry.zip must be served beside wherry's own script`,
    facts: { url: url.href, status: response.status },
  });
}
