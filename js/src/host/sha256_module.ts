// SHA-256 (FIPS 180-4) as a module of WebAssembly. It is written here instruction by instruction, because as JavaScript
// it takes five times as long in browsers, and files are hashed while an import waits for them.

const GET = 0x20;
const SET = 0x21;
const TEE = 0x22;
const LOAD = 0x28;
const STORE = 0x36;
const CONST = 0x41;
const LESS = 0x49;
const ADD = 0x6a;
const AND = 0x71;
const OR = 0x72;
const XOR = 0x73;
const SHIFT_RIGHT = 0x76;
const ROTATE_LEFT = 0x77;
const ROTATE_RIGHT = 0x78;
const LOOP = [0x03, 0x40];
const BRANCH_BACK = [0x0d, 0];
const END = 0x0b;
const I32 = 0x7f;

/** Addresses in the memory of the module, which has one page. */
export const STATE = 0;
export const CONSTANTS = 32;
export const BLOCKS = 1024;
export const PAGE = 65_536;

export const WORD = 4;
export const BLOCK = 64;
const ROUNDS = 64;
/** Words of a block, and rounds that are written out. */
const WORDS = 16;

/** The parameters of the function, and its variables. */
const AT = 0;
const STOP = 1;
const ROUND = 2;
const HELD = 3;
const SUMS = [4, 5, 6, 7, 8, 9, 10, 11];
const SCHEDULE = Array.from({ length: WORDS }, (_, index) => 12 + index);

/**
 * Returns a module that exports its memory `m` and the function `f`, which adds the blocks between two addresses to the
 * state.
 */
export function encodeModule(): Uint8Array<ArrayBuffer> {
  const variables = ROUND + SUMS.length + WORDS;
  const body = [1, ...unsigned(variables), I32, ...addBlocks()];
  return Uint8Array.of(
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 2, I32, I32, 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 1]),
    ...section(7, [2, 1, 0x6d, 2, 0, 1, 0x66, 0, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
  );
}

function addBlocks(): number[] {
  return [
    ...SUMS.flatMap((sum, index) => [...load(STATE + WORD * index), SET, sum]),
    ...LOOP,
    ...SCHEDULE.flatMap((word, index) => [...loadBigEndian(AT, WORD * index), SET, word]),
    ...number(0),
    ...[SET, ROUND],
    ...LOOP,
    ...SCHEDULE.flatMap((word, index) => round(word, index)),
    ...SCHEDULE.flatMap((word, index) => extend(word, index)),
    ...[GET, ROUND, ...number(WORDS * WORD), ADD, TEE, ROUND, ...number(ROUNDS * WORD), LESS, ...BRANCH_BACK],
    END,
    ...SUMS.flatMap((sum, index) => addToState(sum, STATE + WORD * index)),
    ...[GET, AT, ...number(BLOCK), ADD, TEE, AT, GET, STOP, LESS, ...BRANCH_BACK],
    END,
    END,
  ];
}

/** One round. The sums change their places instead of their values: after eight rounds all are back. */
function round(word: number, index: number): number[] {
  const [a, b, c, d, e, f, g, h] = SUMS.map((_, place) => SUMS[(place - index + WORDS) % 8]) as Eight;
  return [
    ...[GET, h, ...sigma(e, 6, 11, 25, ROTATE_RIGHT), ADD],
    ...[GET, f, GET, g, XOR, GET, e, AND, GET, g, XOR, ADD],
    ...[...load(CONSTANTS + WORD * index, ROUND), ADD, GET, word, ADD, TEE, HELD],
    ...[GET, d, ADD, SET, d],
    ...[GET, HELD, ...sigma(a, 2, 13, 22, ROTATE_RIGHT), ADD],
    ...[GET, a, GET, b, OR, GET, c, AND, GET, a, GET, b, AND, OR, ADD, SET, h],
  ];
}

type Eight = [number, number, number, number, number, number, number, number];

/** Replaces a word of the schedule by the one that is sixteen rounds later. */
function extend(word: number, index: number): number[] {
  const later = (distance: number) => SCHEDULE[(index + distance) % WORDS] as number;
  return [
    ...[GET, word, ...sigma(later(1), 7, 18, 3, SHIFT_RIGHT), ADD, GET, later(9), ADD],
    ...[...sigma(later(14), 17, 19, 10, SHIFT_RIGHT), ADD, SET, word],
  ];
}

function sigma(variable: number, first: number, second: number, third: number, last: number): number[] {
  const turned = (by: number, how: number) => [GET, variable, ...number(by), how];
  return [...turned(first, ROTATE_RIGHT), ...turned(second, ROTATE_RIGHT), XOR, ...turned(third, last), XOR];
}

function loadBigEndian(base: number, offset: number): number[] {
  return [
    ...[...load(offset, base), TEE, HELD, ...number(8), ROTATE_LEFT, ...number(0x00ff00ff), AND],
    ...[GET, HELD, ...number(8), ROTATE_RIGHT, ...number(0xff00ff00), AND, OR],
  ];
}

function addToState(sum: number, address: number): number[] {
  return [...number(0), GET, sum, ...load(address), ADD, TEE, sum, STORE, 2, ...unsigned(address)];
}

/** Loads the word at an address, perhaps counted from that in a variable. */
function load(address: number, base?: number): number[] {
  return [...(base === undefined ? number(0) : [GET, base]), LOAD, 2, ...unsigned(address)];
}

function section(id: number, content: number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function number(value: number): number[] {
  const bytes = [CONST];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    if (rest === (low & 0x40 ? -1 : 0)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

/** Encodes a number in LEB128, as {@link number} does with a sign. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}
