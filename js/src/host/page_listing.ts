// Reads project pages without parsing most of their files. Pages with 15,000 files are real (pydantic-core), and few of
// those files become an object in JavaScript or Python: the names are found here while the page arrives, and Python
// reads the files that may be of use. That saves 70 ms of such a page.

/** A page whose files all have plain names. */
export interface Listing {
  /** The page without its files and versions, as JSON. */
  readonly header: string;
  /** The names of all files, separated by spaces. */
  readonly names: string;
  /**
   * Returns the wheels for any of these platforms as JSON: an array of their positions and one of their names. Platforms
   * are in lower case, as JSON.
   */
  wheels(platformsJson: string): string;
  /**
   * Returns the files at these positions as JSON. It may be invalid, because the files have not been parsed. Positions
   * are JSON as well: one crossing costs as much as ten files.
   */
  entries(positionsJson: string): string;
}

const PAGE_TYPE = /^application\/vnd\.pypi\.simple\.(v1|latest)\+json\s*(;|$)/i;

const FILES = /"files"\s*:\s*\[/;
/** The separator of two files. If it occurs inside a file, the part before it has no name. */
const BETWEEN = /\},\s*\{/;
/** Inside a string the quotation marks would be escaped. A string that equals it makes the page unusual. */
const NAME_KEY = '"filename"';
const PLAIN_NAME = /"filename"\s*:\s*"([A-Za-z0-9_+!-][A-Za-z0-9._+!-]*)"/;

const WHEEL = ".whl";

/** Characters to read at a time. */
const BATCH = 2 ** 16;

export function isJsonPage(contentType: string | null): boolean {
  return PAGE_TYPE.test(contentType ?? "");
}

/**
 * Reads a project page (PEP 691) while it arrives.
 *
 * It gives up on pages that are wrong or unusual. Python parses those as a whole, and reports errors.
 */
export class ListingReader {
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });
  readonly #entries: string[] = [];
  readonly #names: string[] = [];
  /** The page up to its first file, once found. */
  #head = "";
  /** Text that has not been read, and how much of it to collect before reading. */
  #text = "";
  #enough = BATCH;
  #separator = "";
  #isUsual = true;

  add(piece: Uint8Array): void {
    this.#try(() => {
      this.#text += this.#decoder.decode(piece, { stream: true });
      if (this.#text.length < this.#enough) return;
      this.#readFiles();
      // Doubling bounds the time for a page that cannot be read in pieces.
      this.#enough = 2 * this.#text.length + BATCH;
    });
  }

  /** Returns the listing, or undefined to leave the page to Python. */
  finish(): Listing | undefined {
    return this.#try(() => {
      this.#text += this.#decoder.decode();
      this.#readFiles();
      const { files, versions: _, ...header } = JSON.parse(this.#head + this.#text);
      const isTwice = this.#head && FILES.test(this.#text);
      // After files were kept, at least one is left, unless they were of another list.
      if (isTwice || !Array.isArray(files) || (this.#names.length && !files.length)) return undefined;
      for (const file of files) this.#keep(JSON.stringify(file).slice(1, -1));
      if (!this.#isUsual) return undefined;
      const entries = this.#entries;
      const names = this.#names;
      return {
        header: JSON.stringify(header),
        get names() {
          return names.join(" ");
        },
        wheels: (platformsJson) => JSON.stringify(findWheels(names, new Set(JSON.parse(platformsJson)))),
        entries: (positionsJson) =>
          `[${JSON.parse(positionsJson).map((position: number) => `{${entries[position]}}`).join()}]`,
      };
    });
  }

  #try<Result>(read: () => Result): Result | undefined {
    try {
      if (this.#isUsual) return read();
    } catch {
      this.#isUsual = false;
    }
    return undefined;
  }

  /** Reads the complete files of the text. */
  #readFiles(): void {
    this.#head ||= this.#takeHead();
    this.#separator ||= BETWEEN.exec(this.#text)?.[0] ?? "";
    const end = this.#separator ? this.#text.lastIndexOf(this.#separator) : -1;
    if (!this.#head || end < 0) return;
    const batch = this.#text.slice(1, end).split(this.#separator);
    this.#text = this.#text.slice(end + this.#separator.length - 1);
    for (const inside of batch) this.#keep(inside);
  }

  #takeHead(): string {
    const found = FILES.exec(this.#text);
    if (!found) return "";
    const end = this.#text.indexOf("{", found.index + found[0].length);
    if (end < 0) return "";
    const head = this.#text.slice(0, end);
    this.#text = this.#text.slice(end);
    return head;
  }

  /** Keeps a file, given without its braces. */
  #keep(inside: string): void {
    const found = PLAIN_NAME.exec(inside);
    if (!found || inside.indexOf(NAME_KEY, found.index + 1) >= 0) this.#isUsual = false;
    // It may contain the end of the files and the beginning of another list.
    if (inside.includes("]")) JSON.parse(`{${inside}}`);
    this.#names.push(found?.[1] ?? "");
    this.#entries.push(inside);
  }
}

/** Returns the positions and the names of the wheels that have one of `platforms` after their last hyphen. */
function findWheels(names: string[], platforms: Set<string>): [number[], string[]] {
  const fits = new Map<string, boolean>();
  const found: [number[], string[]] = [[], []];
  names.forEach((name, position) => {
    const ending = name.slice(name.lastIndexOf("-") + 1);
    if (!fits.has(ending)) fits.set(ending, ending.endsWith(WHEEL) && isFor(platforms, ending.slice(0, -WHEEL.length)));
    if (!fits.get(ending)) return;
    found[0].push(position);
    found[1].push(name);
  });
  return found;
}

function isFor(platforms: Set<string>, listed: string): boolean {
  return listed.toLowerCase().split(".").some((platform) => platforms.has(platform));
}

/** Reads a complete page. */
export function readListing(body: Uint8Array): Listing | undefined {
  const reader = new ListingReader();
  reader.add(body);
  return reader.finish();
}
