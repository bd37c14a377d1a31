// Read and write links that name packages: `#install=pydantic&install=msgpack`.
import type { InstalledDistribution } from "../src/index.ts";

/** Returns the requirements in the fragment of a link, without repetitions. */
export function requestedBy(fragment: string): string[] {
  const named = new URLSearchParams(fragment.replace(/^#/, "")).getAll("install").map((requirement) => requirement.trim());
  return [...new Set(named.filter(Boolean))];
}

/** Returns the fragment for the installed packages: those asked for by name, in these versions. */
export function fragmentFor(installed: readonly InstalledDistribution[]): string {
  const shared = installed.filter(isShareable).map(({ name, version }) => ["install", `${name}==${version}`]);
  return shared.length ? `#${new URLSearchParams(shared)}` : "";
}

/** Whether a link can name a package: wheels of this computer exist nowhere else. */
export function isShareable({ requested, source }: InstalledDistribution): boolean {
  return requested && !/^(emfs|file):/.test(source ?? "");
}

/** Returns the Python statement that installs these. */
export function installCommand(requirements: readonly string[]): string {
  return `await install(${literals(requirements)})`;
}

/** Returns the Python statement that uninstalls these. */
export function uninstallCommand(names: readonly string[]): string {
  return `wherry.uninstall(${literals(names)})`;
}

function literals(texts: readonly string[]): string {
  // Strings of JSON are strings of Python.
  return texts.map((text) => JSON.stringify(text)).join(", ");
}

/** Describes the sources of `requirements`. `indexUrl` is null for PyPI. */
export function sourceOf(requirements: readonly string[], indexUrl: string | null): string {
  const isDirect = (requirement: string) => /@|:\/\//.test(requirement);
  const places = [];
  if (!requirements.every(isDirect)) places.push(indexUrl ?? "PyPI");
  if (requirements.some(isDirect)) places.push("the addresses that it names");
  return places.join(" and ");
}
