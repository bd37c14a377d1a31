import type { Bytecode } from "./bytecode.ts";
import { beginEarly, dropEarly, transfer } from "./early.ts";
import { showHidden } from "./hidden_files.ts";
import { createFiles } from "./lazy_files.ts";
import { readListing } from "./page_listing.ts";
import type { Get } from "./transfer.ts";

/** The functions that Python calls. */
export type HostFunctions = ReturnType<typeof hostFunctions>;

/** Returns the functions for the Python of `runtime`. `get` fetches pages, `fetch` if it is undefined. */
export function hostFunctions(runtime: { readonly FS: unknown }, get: Get | undefined, bytecode: Bytecode | undefined) {
  return {
    beginEarly: (url: string, init: string, patience: string, wishes?: string) =>
      beginEarly(url, init, patience, wishes, get),
    bytecode,
    createFiles: (archive: Uint8Array, listing: string) => createFiles(runtime, archive, listing),
    dropEarly,
    readListing,
    showHidden: () => showHidden(runtime),
    transfer: (url: string, init: string, patience: string, wishes: string) =>
      transfer(url, init, patience, wishes, get),
  };
}
