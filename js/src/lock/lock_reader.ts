// Reads locks. The builds load this module, with the TOML reader, only where a lock is used.

import { parse } from "smol-toml";
import { type LockedFile, selectCertain } from "./select.ts";

export interface ReadLock {
  /** The content as JSON, without dates. */
  document: string;
  /** The files that are certainly needed. */
  files: LockedFile[];
}

/** Parses the text of a lock at `location`. Throws if it is not TOML. */
export function parseLock(text: string, location?: string): ReadLock {
  const document = withoutDates(parse(text));
  return { document: JSON.stringify(document), files: selectCertain(document, location) };
}

function withoutDates(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter(isNoDate).map(withoutDates);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => isNoDate(item));
  return Object.fromEntries(entries.map(([name, item]) => [name, withoutDates(item)]));
}

function isNoDate(value: unknown): boolean {
  return !(value instanceof Date);
}
