import { existsSync, readFileSync, statSync } from "node:fs";
import { UsageError } from "./usage.ts";

/**
 * Returns the requirements of `--constraint`. Each value is the path of a constraints file if it exists, or a
 * requirement.
 */
export function readConstraints(values: readonly string[] = []): string[] {
  return values.flatMap((value) => {
    if (existsSync(value) && !statSync(value).isDirectory()) return requirementsOf(readFileSync(value, "utf8"), value);
    if (/[\\/]|\.(txt|in)$/.test(value) && !value.includes("@")) {
      throw new UsageError(`cannot read the constraints ${value}: there is no such file`);
    }
    return [value];
  });
}

/** Reads a constraints file: one requirement a line. `\` continues a line; `#` begins a comment. */
function requirementsOf(text: string, file: string): string[] {
  const found: string[] = [];
  const lines = text.split(/\r?\n/);
  for (let at = 0; at < lines.length; at++) {
    const first = at + 1;
    let line = lines[at] ?? "";
    while (line.endsWith("\\") && at + 1 < lines.length) line = line.slice(0, -1) + lines[++at];
    const requirement = line.replace(/(^|\s)#.*$/, "").trim();
    const option = /(?:^|\s)(-[^\s=]*)/.exec(requirement)?.[1];
    if (option !== undefined) {
      throw new UsageError(`${file}, line ${first}: a constraints file has requirements only, so remove the option ${option}`);
    }
    if (requirement) found.push(requirement);
  }
  return found;
}
