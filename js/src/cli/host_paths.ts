import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** A wheel's path: a name and an `@` before it, extras, a hash or a marker after it. */
const WHEEL =
  /^(?<before>[A-Za-z0-9][\w.-]*\s*(?:\[[^\]]*\])?\s*@\s*)?(?<path>(?!\w{2,}:)[^?#]*?\.whl)(?<after>(?:[#[].*|\s*;\s.*|\s+;.*)?)$/is;

/** An index's address, perhaps with the projects that it is for alone. What is neither is left to Python to refuse. */
const INDEX = /^(?<before>[^@]*\s@\s+)?(?<path>(?!\w{2,}:)(?![^/\\]*@)(?!.*:\/\/).+)$/s;

/** Returns a requirement whose path, if it is that of a wheel, is a URL: on a command line paths are the host's. */
export function hostRequirement(requirement: string): string {
  return withUrl(WHEEL, requirement);
}

/** Returns the address of an index, as a URL if it is a path. */
export function hostIndex(address: string): string {
  return withUrl(INDEX, address);
}

function withUrl(pattern: RegExp, text: string): string {
  const { before = "", path, after = "" } = pattern.exec(text.trim())?.groups ?? {};
  // What is several words is no path, unless it says so.
  if (path === undefined || (/\s/.test(path) && !/^(\.{0,2}\/|\w:\\|\\)/.test(path))) return text;
  return `${before}${pathToFileURL(resolve(path)).href}${after}`;
}
