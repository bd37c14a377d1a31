import { Bytecode } from "../host/bytecode.ts";
import { type HostFunctions, hostFunctions } from "../host/functions.ts";
import { digestOf } from "../host/lazy_files.ts";
import type { Storage } from "../host/storage.ts";
import type { PyodideRuntime } from "./runtime.ts";

/** The name by which Python imports the functions. */
const MODULE = "wherry_js";

/**
 * Registers the functions that Python calls, in place of those that it has. Returns the bytecode, unless none is wanted.
 *
 * Bytecode that wherry keeps already is shared, because one object receives all that Python compiles.
 */
export function registerHost(
  runtime: PyodideRuntime,
  storage: Storage,
  wantsBytecode: boolean,
): Bytecode | undefined {
  const { bytecode: store, keepsWhenIdle = true } = storage;
  const sys = runtime.pyimport("sys");
  const modules = sys.modules;
  try {
    const earlier: HostFunctions | undefined = modules.get(MODULE);
    const shared = store && earlier?.bytecode?.keeps ? earlier.bytecode : undefined;
    const bytecode = wantsBytecode ? (shared ?? new Bytecode(runtime.FS, digestOf, store, keepsWhenIdle)) : undefined;
    runtime.registerJsModule(MODULE, hostFunctions(runtime, storage, bytecode));
    // Python keeps an imported module. javascript.py looks for it there.
    if (earlier) modules.delete(MODULE);
    runtime.pyimport(MODULE);
    return bytecode;
  } finally {
    modules.destroy();
    sys.destroy();
  }
}
