import { createInterface, type Interface } from "node:readline";
import { isatty } from "node:tty";
import type { Worker } from "node:worker_threads";
import { History } from "./history.ts";
import type { Answered, Said } from "./repl.ts";

const INDENTATION = "    ";

/** Reads lines from the terminal or from a pipe, and passes them to Python one after the other. */
export function talk(worker: Worker): void {
  const say = (said: Said) => worker.postMessage(said);
  const isTerminal = isatty(0) && isatty(1);
  worker.once("message", ({ prompt }: { prompt: string }) => {
    const prompter = isTerminal ? new Prompter(say) : new Feeder(say);
    worker.on("message", (answered: Answered) => {
      if ("prompt" in answered) prompter.ask(answered.prompt);
      else prompter.complete?.(answered.words, answered.start);
    });
    prompter.ask(prompt);
  });
}

/** Passes lines to Python one at a time. Several may wait, after typing ahead or pasting. */
class Queue {
  readonly #lines: string[] = [];
  readonly #say: (said: Said) => void;
  #isAsked = false;
  #isOver = false;

  constructor(say: (said: Said) => void) {
    this.#say = say;
  }

  add(line: string): void {
    this.#lines.push(line);
    this.#go();
  }

  /** Notes the end of the input. */
  close(): void {
    this.#isOver = true;
    this.#go();
  }

  /** Passes on the next line as soon as one is available. Returns whether one was. */
  ask(): boolean {
    this.#isAsked = true;
    this.#go();
    return !this.#isAsked;
  }

  #go(): void {
    if (!this.#isAsked) return;
    const line = this.#lines.shift();
    if (line === undefined && !this.#isOver) return;
    this.#isAsked = false;
    this.#say(line === undefined ? "leave" : { line });
  }
}

/** Reads lines from a pipe, without prompts. */
class Feeder {
  readonly #queue: Queue;
  readonly complete = undefined;

  constructor(say: (said: Said) => void) {
    const queue = new Queue(say);
    this.#queue = queue;
    const lines = createInterface({ input: process.stdin });
    lines.on("line", (line) => queue.add(line));
    lines.on("close", () => {
      // Ends an incomplete statement.
      queue.add("");
      queue.close();
    });
  }

  ask(): void {
    this.#queue.ask();
  }
}

type Completer = (error: null, result: [string[], string]) => void;

/** Reads lines at a terminal, with editing, history and completion. While Python runs, Python uses the terminal. */
class Prompter {
  readonly #say: (said: Said) => void;
  readonly #queue: Queue;
  readonly #history = new History();
  readonly #lines: Interface;
  #completing: { line: string; done: Completer } | undefined;

  constructor(say: (said: Said) => void) {
    this.#say = say;
    this.#queue = new Queue((said) => {
      this.#lines.pause();
      process.stdin.setRawMode(false);
      say(said);
    });
    this.#lines = createInterface({
      input: process.stdin,
      output: process.stdout,
      history: this.#history.read(),
      removeHistoryDuplicates: true,
      completer: (line: string, done: Completer) => this.#completeLine(line, done),
    });
    this.#lines.on("line", (line) => {
      this.#history.add(line);
      this.#queue.add(line);
    });
    this.#lines.on("SIGINT", () => this.#abandonLine());
    // Ctrl-D on an empty line.
    this.#lines.on("close", () => {
      process.stdout.write("\n");
      say("leave");
    });
  }

  ask(prompt: string): void {
    this.#lines.setPrompt(prompt);
    if (this.#queue.ask()) return;
    process.stdin.setRawMode(true);
    this.#lines.prompt();
  }

  complete(words: string[], start: number): void {
    this.#completing?.done(null, [words, this.#completing.line.slice(start)]);
    this.#completing = undefined;
  }

  #completeLine(line: string, done: Completer): void {
    if (!line.trim()) return done(null, [[line + INDENTATION], line]);
    this.#completing = { line, done };
    this.#say({ complete: line });
  }

  #abandonLine(): void {
    process.stdout.write("\nKeyboardInterrupt\n");
    this.#say("forget");
    // Delete the line.
    this.#lines.write(null, { ctrl: true, name: "e" });
    this.#lines.write(null, { ctrl: true, name: "u" });
    this.#lines.setPrompt(">>> ");
    this.#lines.prompt();
  }
}
