// Project pages with thousands of files: most of what is in them never needs to become an object, neither of
// JavaScript's nor of Python's. Here the names of the files are found while the page comes; Python reads those files that
// may be of use.

/** A page whose files all have plain names, for Python to look things up in. */
export interface Listing {
  /** The page without its files and versions, as JSON. */
  readonly header: string;
  /** The names of all files, with a space between two. */
  readonly names: string;
  /**
   * Returns files by their positions, as JSON if the page is that: nobody has read them yet. JSON goes in, too, for one
   * crossing costs as much as ten files.
   */
  entries(positionsJson: string): string;
}

const PAGE_TYPE = /^application\/vnd\.pypi\.simple\.(v1|latest)\+json\s*(;|$)/i;

const FILES = /"files"\s*:\s*\[/;
/** What stands between two files. Elsewhere it may stand as well, but then what is before it has no name. */
const BETWEEN = /\},\s*\{/;
/** Within a text the quotation marks would be written otherwise; a text of nothing else makes its page unusual. */
const NAME_KEY = '"filename"';
const PLAIN_NAME = /"filename"\s*:\s*"([A-Za-z0-9_+!-][A-Za-z0-9._+!-]*)"/;

/** How many characters are read at a time. */
const BATCH = 2 ** 16;

export function isJsonPage(contentType: string | null): boolean {
  return PAGE_TYPE.test(contentType ?? "");
}

/**
 * Reads a project page (PEP 691) while it comes.
 *
 * It gives up on whatever may be wrong, or unusual: Python reads the whole of it then, and says what it is.
 */
export class ListingReader {
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });
  readonly #entries: string[] = [];
  readonly #names: string[] = [];
  /** The page up to its first file, once that is known. */
  #head = "";
  /** What has not been read yet, and how much of that there must be for the next look. */
  #text = "";
  #enough = BATCH;
  #separator = "";
  #isUsual = true;

  add(piece: Uint8Array): void {
    this.#try(() => {
      this.#text += this.#decoder.decode(piece, { stream: true });
      if (this.#text.length < this.#enough) return;
      this.#readFiles();
      // More than twice as much, or a page that cannot be read in pieces would be looked through again and again.
      this.#enough = 2 * this.#text.length + BATCH;
    });
  }

  /** Returns what was read, or nothing if that is to be left to Python. */
  finish(): Listing | undefined {
    return this.#try(() => {
      this.#text += this.#decoder.decode();
      this.#readFiles();
      const { files, versions: _, ...header } = JSON.parse(this.#head + this.#text);
      const isTwice = this.#head && FILES.test(this.#text);
      // The last of the files that were kept has left one behind, unless they were those of another list.
      if (isTwice || !Array.isArray(files) || (this.#names.length && !files.length)) return undefined;
      for (const file of files) this.#keep(JSON.stringify(file).slice(1, -1));
      if (!this.#isUsual) return undefined;
      const entries = this.#entries;
      return {
        header: JSON.stringify(header),
        names: this.#names.join(" "),
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

  /** Reads the files that are there as a whole. */
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
    // It may be the end of all files, and the beginning of another list.
    if (inside.includes("]")) JSON.parse(`{${inside}}`);
    this.#names.push(found?.[1] ?? "");
    this.#entries.push(inside);
  }
}

/** Reads a page that is there as a whole. */
export function readListing(body: Uint8Array): Listing | undefined {
  const reader = new ListingReader();
  reader.add(body);
  return reader.finish();
}
