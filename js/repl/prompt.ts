// The terminal, and the line that is being typed in it.
import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import { Readline } from "xterm-readline";
import { CONTINUATION, pasted, withoutPrompts } from "./continuation.ts";
import { highlight } from "./highlighting.ts";
import { DARK, LIGHT } from "./theme.ts";

/** What runs the lines. */
export interface Interpreter {
  isComplete(source: string): boolean;
  /** What the line after `source` begins with. */
  indentation(source: string): string;
  /** What the end of `source`, from the character `start` on, may become. */
  complete(source: string): { words: string[]; start: number };
  run(source: string): Promise<void>;
  interrupt(): void;
}

const PROMPT = ">>> ";
const INDENT = "    ";
/** More words than these say little. */
const MOST_WORDS = 80;

/** A prompt in `container`; the words that complete a line are shown in `choices`. */
export class Prompt {
  readonly #terminal: Terminal;
  readonly #readline = new Readline();
  readonly #choices: HTMLElement;
  readonly #waiting: string[] = [];
  /** Keys that were pressed while nothing was being read. */
  readonly #ahead: string[] = [];
  #interpreter: Interpreter | undefined;
  #isReading = false;

  constructor(container: HTMLElement, choices: HTMLElement) {
    this.#choices = choices;
    this.#terminal = openTerminal(container);
    // Before the editor hears a key, which may end the reading.
    this.#terminal.onData((keys) => this.#hear(keys));
    this.#terminal.loadAddon(this.#readline);
    this.#readline.setHighlighter({
      highlight: (line) => highlight(line),
      highlightPrompt: (prompt) => `\x1b[34m${prompt}\x1b[39m`,
      highlightChar: () => true,
    });
    this.#readline.setCheckHandler((typed) => this.#check(withoutPrompts(typed)));
    this.#readline.setCtrlCHandler(() => this.#interpreter?.interrupt());
    this.#terminal.attachCustomKeyEventHandler((event) => this.#takes(event));
    container.addEventListener("paste", (event) => this.#paste(event), true);
  }

  write(text: string): void {
    this.#terminal.write(text);
  }

  writeError(text: string): void {
    this.#terminal.write(`\x1b[31m${text}\x1b[39m`);
  }

  /** How many characters fit into a line. */
  get columns(): number {
    return this.#terminal.cols;
  }

  focus(): void {
    this.#terminal.focus();
  }

  /** Types `source` in place of what is there, without running it. */
  type(source: string): void {
    if (this.#isReading) this.#readline.updateLine(source);
    this.focus();
  }

  /** Types and runs `source`, once what is running has ended. */
  submit(source: string): void {
    this.#waiting.push(source);
    this.#submitNext();
  }

  /** Reads and runs lines without an end; `after` is called when each has run. */
  async converse(interpreter: Interpreter, after: () => Promise<void>): Promise<never> {
    this.#interpreter = interpreter;
    for (;;) {
      const source = withoutPrompts(await this.#read());
      if (!source.trim()) continue;
      await interpreter.run(source);
      await this.#endLine();
      await after();
    }
  }

  async #read(): Promise<string> {
    const line = this.#readline.read(PROMPT);
    await this.#written();
    this.#isReading = true;
    this.#submitNext();
    await this.#typeAhead();
    return line;
  }

  #hear(keys: string): void {
    if (keys === "\x03") this.#ahead.length = 0;
    else if (!this.#isReading) this.#ahead.push(keys);
    else if (keys === "\t") return this.#complete();
    this.#choices.replaceChildren();
  }

  /** Types what was pressed too early, up to what it runs. */
  async #typeAhead(): Promise<void> {
    while (this.#isReading && this.#ahead.length > 0) {
      this.#terminal.input(this.#ahead.shift() as string);
      // A new line gets its indentation after the key.
      await Promise.resolve();
    }
  }

  #submitNext(): void {
    if (!this.#isReading || this.#waiting.length === 0) return;
    this.#readline.updateLine(this.#waiting.shift() as string);
    this.#terminal.input("\r");
  }

  /** A prompt begins a line, whatever was written before it. */
  async #endLine(): Promise<void> {
    await this.#written();
    if (this.#terminal.buffer.active.cursorX > 0) this.write("\n");
  }

  #written(): Promise<void> {
    return new Promise((written) => this.#terminal.write("", written));
  }

  #check(source: string): boolean {
    if (!this.#interpreter || this.#interpreter.isComplete(source)) {
      this.#isReading = false;
      return true;
    }
    // The editor makes a new line when this returns.
    const indentation = this.#interpreter.indentation(source);
    queueMicrotask(() => this.#terminal.input(CONTINUATION + indentation));
    return false;
  }

  /** What is being typed, and where in it the cursor is; the editor keeps that to itself. */
  get #line(): { buf: string; pos: number } {
    return this.#readline["state"]["line"];
  }

  #complete(): void {
    if (!this.#interpreter || !this.#isReading) return;
    const { buf, pos } = this.#line;
    const source = withoutPrompts(buf.slice(0, pos));
    if (!/\S$/.test(source.slice(source.lastIndexOf("\n") + 1))) return this.#terminal.input(INDENT);
    const { words, start } = this.#interpreter.complete(source);
    const known = source.slice(start);
    const addition = commonStart(words).slice(known.length);
    if (addition) this.#terminal.input(addition);
    this.#choices.replaceChildren(...(words.length > 1 ? shownWords(words) : []));
  }

  #paste(event: ClipboardEvent): void {
    event.preventDefault();
    event.stopPropagation();
    const text = pasted(event.clipboardData?.getData("text/plain") ?? "");
    if (this.#isReading && text) this.#terminal.input(text);
  }

  /** Whether the terminal is to take a key as it is. */
  #takes(event: KeyboardEvent): boolean {
    const isCommand = event.ctrlKey || event.metaKey;
    // Shift+Tab leaves the terminal, the clipboard is the browser's, and so are its function keys.
    if (event.key === "Tab" && event.shiftKey) return false;
    if (isCommand && event.key === "v") return false;
    if (isCommand && event.key === "c" && this.#terminal.hasSelection()) return false;
    if (/^F\d+$/.test(event.key)) return false;
    const typed = this.#translate(event);
    if (typed === undefined) return true;
    if (event.type === "keydown") this.#terminal.input(typed);
    return false;
  }

  /** What the editor understands instead of keys that it takes for text. */
  #translate(event: KeyboardEvent): string | undefined {
    if (event.key === "Enter" && event.shiftKey) return `\x1b\r${CONTINUATION}`;
    if (!event.ctrlKey && !event.altKey) return undefined;
    const { buf, pos } = this.#line;
    if (event.key === "ArrowLeft") return "\x1b[D".repeat(/\w*\W*$/.exec(buf.slice(0, pos))?.[0].length ?? 0);
    if (event.key === "ArrowRight") return "\x1b[C".repeat(/^\W*\w*/.exec(buf.slice(pos))?.[0].length ?? 0);
    return event.key === "ArrowUp" || event.key === "ArrowDown" ? "" : undefined;
  }
}

function openTerminal(container: HTMLElement): Terminal {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const terminal = new Terminal({
    convertEol: true,
    cursorBlink: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    fontFamily: 'ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace',
    fontSize: 14,
    lineHeight: 1.3,
    screenReaderMode: true,
    scrollback: 5000,
    theme: dark.matches ? DARK : LIGHT,
  });
  dark.addEventListener("change", ({ matches }) => {
    terminal.options.theme = matches ? DARK : LIGHT;
  });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  terminal.open(container);
  new ResizeObserver(() => fit.fit()).observe(container);
  return terminal;
}

function commonStart(words: readonly string[]): string {
  return words.reduce((start, word) => {
    let length = 0;
    while (length < start.length && start[length] === word[length]) length += 1;
    return start.slice(0, length);
  }, words[0] ?? "");
}

/** Of dotted names the last part, since the others are the same; of functions the name alone. */
function shownWords(words: readonly string[]): HTMLElement[] {
  const texts = words.slice(0, MOST_WORDS).map((word) => word.slice(word.lastIndexOf(".") + 1).replace(/\($/, ""));
  if (words.length > MOST_WORDS) texts.push(`… ${words.length - MOST_WORDS} more`);
  return texts.map((text) => Object.assign(document.createElement("span"), { textContent: text }));
}
