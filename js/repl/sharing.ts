// Links that name packages: `#install=pydantic&install=msgpack`.
import type { InstalledDistribution } from "../src/index.ts";

/** The requirements that the fragment of a link names, without repetitions. */
export function requestedBy(fragment: string): string[] {
  const named = new URLSearchParams(fragment.replace(/^#/, "")).getAll("install").map((requirement) => requirement.trim());
  return [...new Set(named.filter(Boolean))];
}

/** The fragment that asks for what is installed: what was asked for here, in these versions. */
export function fragmentFor(installed: readonly InstalledDistribution[]): string {
  const shared = installed.filter(isShareable).map(({ name, version }) => ["install", `${name}==${version}`]);
  return shared.length ? `#${new URLSearchParams(shared)}` : "";
}

/** A wheel of this computer is nowhere else. */
export function isShareable({ requested, source }: InstalledDistribution): boolean {
  return requested && !/^(emfs|file):/.test(source ?? "");
}

/** The Python that installs these. */
export function installCommand(requirements: readonly string[]): string {
  return `await install(${literals(requirements)})`;
}

/** The Python that uninstalls these. */
export function uninstallCommand(names: readonly string[]): string {
  return `wherry.uninstall(${literals(names)})`;
}

function literals(texts: readonly string[]): string {
  // JSON's strings are Python's.
  return texts.map((text) => JSON.stringify(text)).join(", ");
}

/** Where `requirements` come from, for people; `indexUrl` is null for PyPI. */
export function sourceOf(requirements: readonly string[], indexUrl: string | null): string {
  const isDirect = (requirement: string) => /@|:\/\//.test(requirement);
  const places = [];
  if (!requirements.every(isDirect)) places.push(indexUrl ?? "PyPI");
  if (requirements.some(isDirect)) places.push("the addresses that it names");
  return places.join(" and ");
}
