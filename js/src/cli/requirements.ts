import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { ResolveOptions } from "../types.ts";
import { UsageError } from "./usage.ts";

/** The options `-r` and `--group`. */
export interface NamedRequirements {
  requirement?: readonly string[];
  group?: readonly string[];
}

/** Whether the options name any file or group. */
export function namesFiles({ requirement = [], group = [] }: NamedRequirements): boolean {
  return requirement.length + group.length > 0;
}

/** Returns the options of `install()` for `-r` and `--group`. Paths are of the host. */
export function filesAndGroups(options: NamedRequirements): Pick<ResolveOptions, "requirementsFiles" | "groups"> {
  if (!namesFiles(options)) return {};
  const { requirement = [], group = [] } = options;
  const hasProject = requirement.some((file) => /\.toml(\[[^\]]*\])?$/.test(file));
  return {
    requirementsFiles: requirement.map(address),
    groups: group.map((named) => {
      const end = named.lastIndexOf(":");
      if (end < 0) return hasProject ? named : `${address("pyproject.toml")}:${named}`;
      return address(named.slice(0, end)) + named.slice(end);
    }),
  };
}

/** Returns the URL of a file, given as a URL or a path, with its extras in brackets. */
function address(file: string): string {
  if (/^[a-z][a-z+.-]+:/i.test(file)) return file;
  const [, path = file, extras = ""] = /^(.*\.toml)(\[[^\]]*\])$/.exec(file) ?? [];
  if (!existsSync(path)) throw new UsageError(`cannot read the requirements ${path}: there is no such file`);
  return pathToFileURL(resolve(path)).href + extras;
}
