// The terminal, and the line that is being typed in it.
import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import { Readline } from "xterm-readline";
import { Choices } from "./choices.ts";
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

/** A prompt in `container`; the words that complete a line are shown in `choices`. */
export class Prompt {
  readonly #terminal: Terminal;
  readonly #readline = new Readline();
  readonly #choices: Choices;
  readonly #waiting: string[] = [];
  /** Keys that were pressed while nothing was being read. */
  readonly #ahead: string[] = [];
  /** The line that gave way to a submitted one, until it has run. */
  #draft = "";
  #interpreter: Interpreter | undefined;
  #isReading = false;

  constructor(container: HTMLElement, choices: HTMLElement) {
    this.#choices = new Choices(choices);
    this.#terminal = openTerminal(container);
    // The editor reads a little before the prompt is there, and would take keys that wait for their turn.
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

  /** How many characters fit into a line. */
  get columns(): number {
    return this.#terminal.cols;
  }

  focus(): void {
    this.#terminal.focus();
  }

  /** Types and runs `source`, once what is running has ended; a line that is being typed comes back afterwards. */
  submit(source: string): void {
    this.#waiting.push(source);
    this.#submitNext();
    this.focus();
  }

  /** Reads and runs lines without an end, whatever fails; `after` is called when each has run. */
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
    this.#draft ||= this.#line.buf;
    this.#readline.updateLine(this.#waiting.shift() as string);
    this.#terminal.input("\r");
  }

  #restoreDraft(): void {
    this.#readline.updateLine(this.#draft);
    this.#draft = "";
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
    const interpreter = this.#interpreter;
    if (!interpreter || attempt(() => interpreter.isComplete(source), true)) {
      this.#isReading = false;
      return true;
    }
    // The editor makes a new line when this returns.
    const indentation = attempt(() => interpreter.indentation(source), "");
    queueMicrotask(() => this.#terminal.input(CONTINUATION + indentation));
    return false;
  }

  /** What is being typed, and where in it the cursor is; the editor keeps that to itself. */
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

/** What `ask` returns, or `otherwise` where it throws: code of the user's may run, and the prompt goes on. */
function attempt<Result>(ask: () => Result, otherwise: Result): Result {
  try {
    return ask();
  } catch {
    return otherwise;
  }
}
