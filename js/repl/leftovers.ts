// What an uninstallation leaves behind.
import type { Branch, InstalledDistribution, Tree } from "../src/index.ts";

/** What the runtime and the page bring. */
export const OWN: ReadonlySet<string> = new Set(["pyodide", "pyodide-py", "wherry"]);

export interface Departure {
  /** The projects that nothing else needs once it is gone; none where the tree is cut, as what it leaves out may need any. */
  readonly leftovers: string[];
  /** The projects that stay, and require it. */
  readonly requirers: string[];
}

/** Finds out what removing `name` means for the rest of what is installed. */
export function departureOf(name: string, { branches }: Tree, installed: readonly InstalledDistribution[]): Departure {
  const required = requirementsIn(branches);
  const brought = reachable([name], required);
  // Nothing is needed by way of what goes.
  const others = new Map([...required].filter(([requirer]) => requirer !== name));
  const roots = installed.filter((each) => each.requested || !brought.has(each.name) || OWN.has(each.name));
  const needed = reachable(roots.map((root) => root.name).filter((root) => root !== name), others);
  const isLeftOver = (each: string) => brought.has(each) && !needed.has(each) && each !== name;
  const leftovers = isCut(branches) ? [] : installed.map((each) => each.name).filter(isLeftOver);
  const requirers = [...others].filter(([requirer, names]) => names.has(name) && needed.has(requirer));
  return { leftovers: leftovers.sort(), requirers: requirers.map(([requirer]) => requirer).sort() };
}

function isCut(branches: readonly Branch[]): boolean {
  return branches.some(({ cut, branches: below }) => cut || isCut(below));
}

/** Who requires whom, wherever in the tree it stands. */
function requirementsIn(branches: readonly Branch[], into = new Map<string, Set<string>>()): Map<string, Set<string>> {
  for (const { name, branches: below } of branches) {
    const names = into.get(name) ?? new Set();
    into.set(name, names);
    for (const branch of below) names.add(branch.name);
    requirementsIn(below, into);
  }
  return into;
}

/** `starts`, and what they require, and what that requires. */
function reachable(starts: readonly string[], required: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
  const reached = new Set(starts);
  // A set that grows while it is walked is walked to its new end.
  for (const name of reached) for (const next of required.get(name) ?? []) reached.add(next);
  return reached;
}
