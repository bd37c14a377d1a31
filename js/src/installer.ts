import { METHODS } from "./options/arguments.ts";
import type { Cache } from "./host/cache.ts";
import type { Call } from "./python/bridge.ts";
import type { Installer, ProgressListener } from "./types.ts";

/**
 * Returns an installer whose methods check their arguments and call the methods of the same names in Python. `store` is
 * its cache.
 */
export function createInstaller(
  call: Call,
  defaultListener?: ProgressListener,
  store?: Cache,
): Omit<Installer, "reports"> {
  const method =
    (name: keyof typeof METHODS) =>
    async (...given: unknown[]) => {
      const { onProgress = defaultListener, signal, ...parameters } = METHODS[name](given, `${name}(): `);
      return call(name, parameters, { onEvent: onProgress, signal });
    };
  return {
    install: method("install"),
    installImports: method("installImports"),
    installLock: method("installLock"),
    lock: async (...given: unknown[]) => (await method("lock")(...given)).text,
    resolve: method("resolve"),
    uninstall: method("uninstall"),
    installed: method("installed"),
    check: method("check"),
    tree: method("tree"),
    why: method("why"),
    runScript: method("runScript"),
    cache: {
      clear: async () => store?.clear?.(),
      get size() {
        return (async () => (await store?.size) ?? 0)();
      },
    },
  };
}
