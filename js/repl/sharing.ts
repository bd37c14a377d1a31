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
  // JSON's strings are Python's.
  return `await install(${requirements.map((requirement) => JSON.stringify(requirement)).join(", ")})`;
}
