/** The oldest Python of the runtimes that wherry supports is 3.14. */
const OLDEST_MINOR = 14;

/**
 * Whether some supported runtime may accept a wheel of this name. The runtime may still be loading, so its own tags are
 * unknown.
 */
export function mayFit(filename: string): boolean {
  const [, stem] = /^(.+)\.whl$/.exec(filename.toLowerCase()) ?? [];
  const parts = stem?.split("-") ?? [];
  if (parts.length !== 5 && parts.length !== 6) return false;
  const [pythons = [], abis = [], platforms = []] = parts.slice(-3).map((tags) => tags.split("."));
  return platforms.some(isPlatform) && pythons.some((python) => isPython(python, abis));
}

function isPlatform(tag: string): boolean {
  return tag === "any" || /^(pyemscripten|pyodide|emscripten)_/.test(tag);
}

function isPython(tag: string, abis: readonly string[]): boolean {
  const [, kind, minor] = /^(py|cp)3(\d*)$/.exec(tag) ?? [];
  if (kind === "py") return abis.includes("none");
  return kind === "cp" && (abis.includes("abi3") || Number(minor) >= OLDEST_MINOR);
}
