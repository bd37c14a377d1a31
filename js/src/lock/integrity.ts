// The option `integrity` of a lock: its SHA-256, as in HTML (https://www.w3.org/TR/sri/).

/** `sha256-` and the hash in Base64. */
export const INTEGRITY = /^sha256-[A-Za-z0-9+/]{43}=$/;

/** Returns the hash in hexadecimal. */
export function digestIn(integrity: string): string {
  const bytes = atob(integrity.replace("sha256-", ""));
  return Array.from(bytes, (byte) => byte.charCodeAt(0).toString(16).padStart(2, "0")).join("");
}
