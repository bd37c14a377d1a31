import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { ResolveOptions } from "../types.ts";
import { UsageError } from "./usage.ts";

/** What `-r` and `--group` name. */
export interface NamedRequirements {
  requirement?: readonly string[];
  group?: readonly string[];
}

/** Whether anything is asked for by file or by group. */
export function namesFiles({ requirement = [], group = [] }: NamedRequirements): boolean {
  return requirement.length + group.length > 0;
}

/** Returns the options that stand for `-r` and `--group`; paths are those of this computer. */
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

/** Returns the URL of a file that is one already, or a path, with the extras in brackets behind it. */
function address(file: string): string {
  if (/^[a-z][a-z+.-]+:/i.test(file)) return file;
  const [, path = file, extras = ""] = /^(.*\.toml)(\[[^\]]*\])$/.exec(file) ?? [];
  if (!existsSync(path)) throw new UsageError(`cannot read the requirements ${path}: there is no such file`);
  return pathToFileURL(resolve(path)).href + extras;
}
