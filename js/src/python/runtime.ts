import { WherryError } from "../errors.ts";

/**
 * The part of Pyodide's interface that wherry uses.
 *
 * Declared here, so that the types accept other versions of Pyodide than the one that wherry was built with.
 */
export interface PyodideRuntime {
  readonly version: string;
  pyimport(name: string): any;
  registerJsModule(name: string, module: object): void;
  runPython(code: string, options?: { globals?: any }): any;
  readonly FS: {
    writeFile(path: string, content: Uint8Array, options?: { canOwn?: boolean }): void;
    unlink(path: string): void;
  };
}

/** The first Pyodide whose wheels follow PEP 783. */
export const OLDEST_PYODIDE = 314;

/** Throws if this version of Pyodide is too old. */
export function requireSupported(version: string): void {
  if (Number.parseInt(version, 10) >= OLDEST_PYODIDE) return;
  throw new WherryError({
    type: "UnsupportedRuntime",
    code: "unsupported-runtime",
    message: `wherry needs Pyodide ${OLDEST_PYODIDE} or later, but this is Pyodide ${version}`,
    facts: { version, oldest: OLDEST_PYODIDE },
  });
}
