import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** The path of a wheel: after an optional name and `@`, before optional extras, a hash or a marker. */
const WHEEL =
  /^(?<before>[A-Za-z0-9][\w.-]*\s*(?:\[[^\]]*\])?\s*@\s*)?(?<path>(?!\w{2,}:)[^?#]*?\.whl)(?<after>(?:[#[].*|\s*;\s.*|\s+;.*)?)$/is;

/** The path of an index, after optional projects and `@`. Python refuses invalid values. */
const INDEX = /^(?<before>[^@]*\s@\s+)?(?<path>(?!\w{2,}:)(?![^/\\]*@)(?!.*:\/\/).+)$/s;

/** Returns a requirement with the path of a wheel as a URL, because paths of the command line are of the host. */
export function hostRequirement(requirement: string): string {
  return withUrl(WHEEL, requirement);
}

/** Returns the URL of an index, which may be a path. */
export function hostIndex(address: string): string {
  return withUrl(INDEX, address);
}

function withUrl(pattern: RegExp, text: string): string {
  const { before = "", path, after = "" } = pattern.exec(text.trim())?.groups ?? {};
  // Several words are no path, unless they begin like one.
  if (path === undefined || (/\s/.test(path) && !/^(\.{0,2}\/|\w:\\|\\)/.test(path))) return text;
  return `${before}${pathToFileURL(resolve(path)).href}${after}`;
}
