// Find the packages that an uninstallation leaves without a requirer.
import type { Branch, InstalledDistribution, Tree } from "../src/index.ts";

/** Packages of the runtime and of the page. */
export const OWN: ReadonlySet<string> = new Set(["pyodide", "pyodide-py", "wherry"]);

export interface Removal {
  /** Projects that no other needs after the removal; none where the tree is cut, as the omitted part may need any. */
  readonly leftovers: string[];
  /** Remaining projects that require it. */
  readonly requirers: string[];
}

/** Returns the effect of removing `name` on the other packages. */
export function removalOf(name: string, { branches }: Tree, installed: readonly InstalledDistribution[]): Removal {
  const required = requirementsIn(branches);
  const brought = reachable([name], required);
  // Requirements of the removed project do not count.
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

/** Returns the requirements of each project of a tree. */
function requirementsIn(branches: readonly Branch[], into = new Map<string, Set<string>>()): Map<string, Set<string>> {
  for (const { name, branches: below } of branches) {
    const names = into.get(name) ?? new Set();
    into.set(name, names);
    for (const branch of below) names.add(branch.name);
    requirementsIn(below, into);
  }
  return into;
}

/** Returns `starts` with all their direct and indirect requirements. */
function reachable(starts: readonly string[], required: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
  const reached = new Set(starts);
  // The iteration includes names added to the set meanwhile.
  for (const name of reached) for (const next of required.get(name) ?? []) reached.add(next);
  return reached;
}
