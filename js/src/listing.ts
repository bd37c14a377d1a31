// Project pages with thousands of files: V8 parses them in half the time that Python takes, and most of what is in them
// never needs to become an object of Python's.

/** A page in which nothing is unusual, for Python to look things up in. */
export interface Listing {
  /** The page without its files and versions, as JSON. */
  readonly header: string;
  /** The names of all files, with a space between two. */
  readonly names: string;
  /** Returns files as JSON, by their positions: JSON, too, for one crossing costs as much as ten files. */
  entries(positionsJson: string): string;
}

const PLAIN_NAME = /^[A-Za-z0-9_+!-][A-Za-z0-9._+!-]*$/;
const ABSOLUTE = /^https?:\/\//;

/**
 * Reads a project page (PEP 691).
 *
 * Returns nothing for whatever may be wrong, or unusual: Python reads the whole of it then, and says what it is.
 */
export function readListing(body: Uint8Array): Listing | undefined {
  try {
    const { files, versions: _, ...header } = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
    if (!Array.isArray(files) || !files.every(isPlain)) return undefined;
    return {
      header: JSON.stringify(header),
      names: files.map((file) => file.filename).join(" "),
      entries: (positionsJson) => JSON.stringify(JSON.parse(positionsJson).map((position: number) => files[position])),
    };
  } catch {
    return undefined;
  }
}

function isPlain(file: any): boolean {
  return (
    typeof file?.filename === "string" &&
    PLAIN_NAME.test(file.filename) &&
    typeof file.url === "string" &&
    ABSOLUTE.test(file.url) &&
    isTextOrNothing(file["requires-python"]) &&
    isTextOrNothing(file["upload-time"])
  );
}

function isTextOrNothing(value: unknown): boolean {
  return value == null || typeof value === "string";
}
