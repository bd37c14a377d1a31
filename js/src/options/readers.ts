// Read values from callers. A value of the wrong type is a TypeError that names the value and the expected type.

/** Checks and converts a value, or throws. `path` names the value in errors. */
export type Reader = (value: any, path: string) => any;

/** The reader of each option by its name. */
export type Options = Readonly<Record<string, Reader>>;

export const flag = readerOf("true or false", (value) => typeof value === "boolean");
export const listener = readerOf("a function", (value) => typeof value === "function");
export const signal = readerOf("an AbortSignal", isSignal);
export const text = textOr("a string");
export const texts = listOf(text, "a string or an iterable of strings");
/** Reads an object of strings with any names. */
export const dictionary = groupOf({}, text);
export const count = readerOf("a whole number from 1", (value) => Number.isSafeInteger(value) && value > 0);
export const amount = readerOf(
  "a number from 0",
  (value) => typeof value === "number" && value >= 0,
  // JSON has no infinity.
  (value) => Math.min(value, Number.MAX_VALUE),
);
/** Reads a time limit. Times beyond the range of timers are no limit. */
export const seconds = limitUpTo(2_147_483);
/** Reads a size limit. */
export const bytes = limitUpTo(Number.MAX_SAFE_INTEGER);
/** The readers that accept `null`, for no limit. */
const LIMITS: readonly (Reader | undefined)[] = [seconds, bytes];
export const moment = readerOf(
  "a valid Date or a time in ISO 8601",
  (value) => (tagOf(value) === "Date" ? !Number.isNaN(+value) : isText(value) && /^\d{4}-?[\dW]/.test(value)),
  (value) => value.toISOString?.() ?? `${value}`,
);

function limitUpTo(most: number): Reader {
  return readerOf(
    "a number above 0, or null",
    (value) => value === null || (typeof value === "number" && value > 0),
    (value) => (value > most ? null : value),
  );
}

export function oneOf(...words: string[]): Reader {
  return readerOf(`"${words.join('" or "')}"`, (value) => words.includes(value));
}

export function textOr(takes: string): Reader {
  return readerOf(takes, isText, String);
}

export function readerOf(takes: string, fits: (value: any) => boolean, convert = (value: any): any => value): Reader {
  return (value, path) => {
    if (fits(value)) return convert(value);
    const advice = typeof value?.then === "function" ? " Await it first." : "";
    throw new TypeError(`${path} takes ${takes}, not ${describe(value)}.${advice}`);
  };
}

/** Reads a single text, or an iterable of items, which may be a Python list, tuple or set. */
export function listOf(item: Reader, takes: string): Reader {
  // A Python dictionary would be read as its keys, without its values.
  const isList = (value: any) => value?.[Symbol.iterator] && !(tagOf(value) === "PyProxy" && "items" in value);
  const list = readerOf(takes, isList);
  return (value, path) => {
    if (isText(value)) return [item(value, path)];
    return Array.from(list(value, path), (one, at) => item(one, `${path}[${at}]`));
  };
}

/**
 * Reads an object with options. An option of `null` or `undefined` is absent, but a limit may be `null`. `other` reads
 * unknown options; without it they are refused.
 */
export function groupOf(known: Options, other?: Reader) {
  const group = readerOf("an object", isPlain);
  return (value: any, path: string, prefix = `${path}.`): any => {
    const read: [name: string, value: unknown][] = [];
    // Includes inherited options.
    for (const name in group(value, path)) {
      const reader = Object.hasOwn(known, name) ? known[name] : other;
      if (!reader) throw new TypeError(`${prefix}${name} is not an option. ${suggest(name, Object.keys(known))}`);
      const given = value[name];
      if (given != null || (given === null && LIMITS.includes(reader))) read.push([name, reader(given, prefix + name)]);
    }
    // Unlike an assignment, this accepts any name, also `__proto__`.
    return Object.fromEntries(read);
  };
}

/** Whether a value is an object with options: not iterable, and of a class without a tag. */
export function isPlain(value: any): boolean {
  return tagOf(value) === "Object" && !value[Symbol.iterator];
}

/** Whether a value works as a signal. A signal behind a Proxy has the tag, but its getters throw. */
function isSignal(value: any): boolean {
  try {
    return tagOf(value) === "AbortSignal" && typeof value.aborted === "boolean" && Boolean(value.addEventListener);
  } catch {
    return false;
  }
}

function isText(value: any): boolean {
  return /^(String|URL)$/.test(tagOf(value));
}

/** Returns the tag of a value. Unlike its class, it is the same in every frame. */
function tagOf(value: any): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

function describe(value: any): string {
  // Longer texts may be secret.
  if (typeof value === "string" && /^[\w-]{1,12}$/.test(value)) return `"${value}"`;
  if (/^(number|boolean|bigint|undefined)$/.test(typeof value) || value === null) return `${value}`;
  const tag = tagOf(value);
  return `${/^[AEIOU]/.test(tag) ? "an" : "a"} ${tag === "PyProxy" ? `Python ${value.type}` : tag}`;
}

function suggest(name: string, known: readonly string[]): string {
  const plain = (word: string) => word.replaceAll("_", "").toLowerCase();
  const near = [0, 1, 2].flatMap((edits) => known.filter((word) => isNear(plain(name), plain(word), edits)));
  return `${near[0] ? `Did you mean ${near[0]}? ` : ""}Options: ${known.join(", ") || "none"}.`;
}

/** Whether at most `edits` insertions, removals or replacements of letters turn one word into the other. */
function isNear(one: string, other: string, edits: number): boolean {
  const [rest, otherRest] = [one.slice(1), other.slice(1)];
  if (one[0] === other[0]) return !one || isNear(rest, otherRest, edits);
  return edits > 0 && [[rest, other], [one, otherRest], [rest, otherRest]].some(([a, b]) => isNear(a!, b!, edits - 1));
}
