// The terminal and its input line.
import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import { Readline } from "xterm-readline";
import { Choices } from "./choices.ts";
import { CONTINUATION, pasted, withoutPrompts } from "./continuation.ts";
import { highlight } from "./highlighting.ts";
import { DARK, LIGHT } from "./theme.ts";

/** The interpreter of the lines. */
export interface Interpreter {
  isComplete(source: string): boolean;
  /** Returns the indentation of the line after `source`. */
  indentation(source: string): string;
  /** Returns completions of the end of `source`, from the character `start` on. */
  complete(source: string): { words: string[]; start: number };
  run(source: string): Promise<void>;
  interrupt(): void;
}

const PROMPT = ">>> ";
const INDENT = "    ";

/** A prompt in `container`, with completions in `choices`. */
export class Prompt {
  readonly #terminal: Terminal;
  readonly #readline = new Readline();
  readonly #choices: Choices;
  readonly #waiting: string[] = [];
  /** Keys pressed while no line was being read. */
  readonly #ahead: string[] = [];
  /** The unfinished line that a submitted one has replaced, until that has run. */
  #draft = "";
  #interpreter: Interpreter | undefined;
  #isReading = false;

  constructor(container: HTMLElement, choices: HTMLElement) {
    this.#choices = new Choices(choices);
    this.#terminal = openTerminal(container);
    // The editor reads slightly before the prompt is shown, and would take keys out of order.
    const edit = this.#readline["readData"].bind(this.#readline);
    this.#readline["readData"] = (keys: string) => this.#hear(keys, edit);
    this.#terminal.loadAddon(this.#readline);
    this.#readline.setHighlighter({
      highlight: (line) => highlight(line),
      highlightPrompt: (prompt) => `\x1b[34m${prompt}\x1b[39m`,
      highlightChar: () => true,
    });
    this.#readline.setCheckHandler((typed) => this.#check(withoutPrompts(typed)));
    this.#readline.setCtrlCHandler(() => attempt(() => this.#interpreter?.interrupt(), undefined));
    this.#terminal.attachCustomKeyEventHandler((event) => this.#takes(event));
    container.addEventListener("paste", (event) => this.#paste(event), true);
  }

  write(text: string): void {
    this.#terminal.write(text);
  }

  writeError(text: string): void {
    this.#terminal.write(`\x1b[31m${text}\x1b[39m`);
  }

  /** The number of characters in a line. */
  get columns(): number {
    return this.#terminal.cols;
  }

  focus(): void {
    this.#terminal.focus();
  }

  /** Types and runs `source` after the running statement. An unfinished line is restored afterwards. */
  submit(source: string): void {
    this.#waiting.push(source);
    this.#submitNext();
    this.focus();
  }

  /** Reads and runs lines forever, also after errors. Calls `after` after each. */
  async converse(interpreter: Interpreter, after: () => Promise<void>): Promise<never> {
    this.#interpreter = interpreter;
    for (;;) {
      const source = withoutPrompts(await this.#read());
      if (!source.trim()) continue;
      await interpreter.run(source).catch((error: unknown) => this.writeError(`${error}\n`));
      await this.#endLine();
      await after();
    }
  }

  async #read(): Promise<string> {
    const line = this.#readline.read(PROMPT);
    await this.#written();
    this.#isReading = true;
    if (this.#waiting.length > 0) this.#submitNext();
    else if (this.#draft) this.#restoreDraft();
    await this.#typeAhead();
    return line;
  }

  #hear(keys: string, edit: (keys: string) => void): void {
    if (keys === "\x03") this.#ahead.length = 0;
    else if (!this.#isReading) return void this.#ahead.push(keys);
    else if (keys === "\t") return this.#complete();
    this.#choices.clear();
    edit(keys);
  }

  /** Types keys that were pressed early, until a line runs. */
  async #typeAhead(): Promise<void> {
    while (this.#isReading && this.#ahead.length > 0) {
      this.#terminal.input(this.#ahead.shift() as string);
      // The indentation of a new line follows the key.
      await Promise.resolve();
    }
  }

  #submitNext(): void {
    if (!this.#isReading || this.#waiting.length === 0) return;
    this.#draft ||= this.#line.buf;
    this.#readline.updateLine(this.#waiting.shift() as string);
    this.#terminal.input("\r");
  }

  #restoreDraft(): void {
    this.#readline.updateLine(this.#draft);
    this.#draft = "";
  }

  /** Ends a line that output left open, so that the prompt begins a line. */
  async #endLine(): Promise<void> {
    await this.#written();
    if (this.#terminal.buffer.active.cursorX > 0) this.write("\n");
  }

  #written(): Promise<void> {
    return new Promise((written) => this.#terminal.write("", written));
  }

  #check(source: string): boolean {
    const interpreter = this.#interpreter;
    if (!interpreter || attempt(() => interpreter.isComplete(source), true)) {
      this.#isReading = false;
      return true;
    }
    // The editor begins a new line after this returns.
    const indentation = attempt(() => interpreter.indentation(source), "");
    queueMicrotask(() => this.#terminal.input(CONTINUATION + indentation));
    return false;
  }

  /** The typed line and the position of the cursor; private in the editor. */
  get #line(): { buf: string; pos: number } {
    return this.#readline["state"]["line"];
  }

  #complete(): void {
    const interpreter = this.#interpreter;
    if (!interpreter || !this.#isReading || this.#choices.turn()) return;
    const { buf, pos } = this.#line;
    const source = withoutPrompts(buf.slice(0, pos));
    if (!/\S$/.test(source.slice(source.lastIndexOf("\n") + 1))) return this.#terminal.input(INDENT);
    const { words, start } = attempt(() => interpreter.complete(source), { words: [], start: source.length });
    const known = source.slice(start);
    const addition = commonStart(words).slice(known.length);
    if (addition) this.#terminal.input(addition);
    this.#choices.show(words);
  }

  #paste(event: ClipboardEvent): void {
    event.preventDefault();
    event.stopPropagation();
    const text = pasted(event.clipboardData?.getData("text/plain") ?? "");
    if (this.#isReading && text) this.#terminal.input(text);
  }

  /** Whether the terminal handles a key itself. */
  #takes(event: KeyboardEvent): boolean {
    const isCommand = event.ctrlKey || event.metaKey;
    // Shift+Tab leaves the terminal. The browser handles the clipboard and function keys.
    if (event.key === "Tab" && event.shiftKey) return false;
    if (isCommand && event.key === "v") return false;
    if (isCommand && event.key === "c" && this.#terminal.hasSelection()) return false;
    if (/^F\d+$/.test(event.key)) return false;
    const typed = this.#translate(event);
    if (typed === undefined) return true;
    if (event.type === "keydown") this.#terminal.input(typed);
    return false;
  }

  /** Returns other keys for those that the editor would take for text. */
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

/** Returns the result of `ask`, or `otherwise` if it throws: it may run code of the user. */
function attempt<Result>(ask: () => Result, otherwise: Result): Result {
  try {
    return ask();
  } catch {
    return otherwise;
  }
}
