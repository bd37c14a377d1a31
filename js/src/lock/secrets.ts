import type { AttachOptions, Index } from "../types.ts";

/** The index URLs as the reader of options returns them. */
type Indexes = readonly (string | Index)[];

/** Returns the origins of the indexes with credentials or headers. Python adds these to every request there. */
export function secretOrigins(indexUrls: AttachOptions["indexUrls"] = []): ReadonlySet<string> {
  const origins = new Set<string>();
  for (const index of indexUrls as Indexes) {
    const { url, headers, credentials } = typeof index === "string" ? { url: index } : (index as Partial<Index>);
    // Also in "project @ https://…".
    const [found = ""] = /https?:\/\/\S+/i.exec(`${url}`) ?? [];
    if (!URL.canParse(found)) continue;
    const { origin, username, password } = new URL(found);
    if (username || password || credentials || Object.keys(headers ?? {}).length) origins.add(origin);
  }
  return origins;
}

/** Whether a URL can be requested without Python: http or https, without a user, and at no secret origin. */
export function isOpen(url: string, secret: ReadonlySet<string>): boolean {
  if (!/^https?:\/\/[^\s\\]+$/i.test(url) || !URL.canParse(url)) return false;
  const { origin, username, password } = new URL(url);
  return !username && !password && !secret.has(origin);
}
