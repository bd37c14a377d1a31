import type { Bytecode } from "./bytecode.ts";
import { beginEarly, dropEarly, transfer } from "./early.ts";
import { showHidden } from "./hidden_files.ts";
import type { Asking } from "./last_visit.ts";
import { createFiles, unpackAhead } from "./lazy_files.ts";
import { readListing } from "./page_listing.ts";
import type { Storage } from "./storage.ts";

/** The functions that Python calls. */
export type HostFunctions = ReturnType<typeof hostFunctions>;

/** Returns the functions for the Python of `runtime`. */
export function hostFunctions(runtime: { readonly FS: unknown }, { get, visit }: Storage, bytecode: Bytecode | undefined) {
  return {
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
  };
}
