// Texts of others, for a terminal or a console.

/** Matches what `str.isprintable()` of Python refuses: controls, bidirectional ones, lone surrogates, odd separators. */
const UNPRINTABLE = /(?! )[\p{C}\p{Z}]/gu;

/** Escapes what could steer a terminal as Python's `repr()` does; line breaks and tabs stay. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (found) => {
    if (found === "\n" || found === "\t") return found;
    const code = (found.codePointAt(0) as number).toString(16);
    if (code.length > 4) return `\\U${code.padStart(8, "0")}`;
    return code.length > 2 ? `\\u${code.padStart(4, "0")}` : `\\x${code.padStart(2, "0")}`;
  });
}

/** Returns a value as JSON in which everything unprintable is escaped, in lines of its own. */
export function printableJson(value: unknown): string {
  const units = (found: string) => found.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return JSON.stringify(value, null, 2).replace(UNPRINTABLE, (found) => (found === "\n" ? found : units(found)));
}

/** Returns an error, or whatever else was thrown, as printable text; throws nothing. */
export function describeThrown(error: unknown): string {
  try {
    return printable(`${error}`);
  } catch {
    return `a thrown ${typeof error}`;
  }
}
