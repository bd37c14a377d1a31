// Make untrusted text safe for a terminal or a console.

/** Matches the characters that Python's `str.isprintable()` refuses: controls, surrogates, separators. */
const UNPRINTABLE = /(?! )[\p{C}\p{Z}]/gu;

/** Escapes unprintable characters as Python's `repr()` does. Line breaks and tabs stay. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (found) => {
    if (found === "\n" || found === "\t") return found;
    const code = (found.codePointAt(0) as number).toString(16);
    if (code.length > 4) return `\\U${code.padStart(8, "0")}`;
    return code.length > 2 ? `\\u${code.padStart(4, "0")}` : `\\x${code.padStart(2, "0")}`;
  });
}

/** Returns a value as indented JSON, with unprintable characters escaped. */
export function printableJson(value: unknown): string {
  const units = (found: string) => found.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return JSON.stringify(value, null, 2).replace(UNPRINTABLE, (found) => (found === "\n" ? found : units(found)));
}

/** Returns a thrown value as printable text. Never throws. */
export function describeThrown(error: unknown): string {
  try {
    return printable(`${error}`);
  } catch {
    return `a thrown ${typeof error}`;
  }
}
