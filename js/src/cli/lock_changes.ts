import { count } from "../text/units.ts";

/** The versions of a project in the earlier and in the new lock. A lock can have several, for different markers. */
export interface Change {
  name: string;
  before: readonly string[];
  after: readonly string[];
}

/** The answer of the bridge's `lock`. */
export interface Locked {
  text: string;
  pins: Readonly<Record<string, string>>;
  changes: readonly Change[];
  warnings: readonly string[];
}

/** Returns the changes of a pyodide-lock. `before` is the text that was there, if any. */
export function pyodideChanges(before: string | undefined, after: string): Change[] {
  const [old, now] = [versionsIn(before ?? '{"packages": {}}'), versionsIn(after)];
  const names = [...new Set([...old.keys(), ...now.keys()])].sort();
  const versions = (name: string) => ({ name, before: [old.get(name) ?? []].flat(), after: [now.get(name) ?? []].flat() });
  return names.filter((name) => old.get(name) !== now.get(name)).map(versions);
}

/** Returns the versions in a pyodide-lock, by project. Throws if it is something else. */
export function versionsIn(text: string): ReadonlyMap<string, string> {
  const { packages } = JSON.parse(text) as { packages: Readonly<Record<string, { version: string }>> };
  return new Map(Object.entries(packages).map(([name, { version }]) => [name, version]));
}

/** Lists the changed projects: `updated  a  1.0 → 1.1`. */
export function changeLines(changes: readonly Change[]): string[] {
  const width = Math.max(0, ...changes.map(({ name }) => name.length));
  return changes.map(({ name, before, after }) => {
    const action = before.length === 0 ? "added" : after.length === 0 ? "removed" : "updated";
    const versions = [before, after].filter(({ length }) => length > 0).map((each) => each.join(", "));
    return `wherry:   ${action.padEnd("updated".length)}  ${name.padEnd(width)}  ${versions.join(" → ")}`;
  });
}

/** Sums up: `5 packages in pylock.toml`. */
export function closingLine({ pins }: Locked, file: string | undefined, isChanged: boolean): string {
  const packages = count(Object.keys(pins).length, "package");
  if (file === undefined) return `wherry: locked ${packages}`;
  return isChanged ? `wherry: locked ${packages} in ${file}` : `wherry: ${file} is unchanged: ${packages}`;
}
