// The script of the wheels, which Python evaluates where attach() was not called. See src/wherry/runtime/javascript.py.
import { openStorage } from "./host/storage.ts";
import { registerHost } from "./python/host_module.ts";
import type { PyodideRuntime } from "./python/runtime.ts";

/** Registers the functions that Python calls, and returns the cache of this page or worker; undefined if there is none. */
export function begin(runtime: PyodideRuntime) {
  const { cache, visit, ...storage } = openStorage(true);
  // Python comes too late to begin the requests of the last visit.
  void visit?.then((visit) => visit?.end());
  registerHost(runtime, storage, true);
  return cache;
}
