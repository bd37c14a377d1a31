import { createInterface, type Interface } from "node:readline";
import { isatty } from "node:tty";
import type { Worker } from "node:worker_threads";
import { History } from "./history.ts";
import type { Answered, Said } from "./repl.ts";

const INDENTATION = "    ";

/** Reads lines at the terminal, or from what is no terminal, and hands them to Python, one after the other. */
export function talk(worker: Worker): void {
  const say = (said: Said) => worker.postMessage(said);
  const isTerminal = isatty(0) && isatty(1);
  worker.once("message", ({ prompt }: { prompt: string }) => {
    const prompter = isTerminal ? new Prompter(say) : new Feeder(say);
    worker.on("message", (answered: Answered) => {
      if ("prompt" in answered) prompter.ask(answered.prompt);
      else prompter.complete?.(answered.completions, answered.start);
    });
    prompter.ask(prompt);
  });
}

/** Lines with no one to see a prompt. */
class Feeder {
  readonly #lines: string[] = [];
  readonly #say: (said: Said) => void;
  #isAsked = false;
  #isOver = false;
  readonly complete = undefined;

  constructor(say: (said: Said) => void) {
    this.#say = say;
    const lines = createInterface({ input: process.stdin });
    lines.on("line", (line) => {
      this.#lines.push(line);
      this.#feed();
    });
    lines.on("close", () => {
      this.#isOver = true;
      this.#lines.push("");
      this.#feed();
    });
  }

  ask(): void {
    this.#isAsked = true;
    this.#feed();
  }

  #feed(): void {
    if (!this.#isAsked) return;
    const line = this.#lines.shift();
    if (line === undefined) return this.#isOver ? this.#say("leave") : undefined;
    this.#isAsked = false;
    this.#say({ line });
  }
}

type Completer = (error: null, result: [string[], string]) => void;

/** A prompt with editing, history and completion. While Python is busy, the terminal is Python's. */
class Prompter {
  readonly #say: (said: Said) => void;
  readonly #history = new History();
  readonly #lines: Interface;
  #completing: { line: string; done: Completer } | undefined;

  constructor(say: (said: Said) => void) {
    this.#say = say;
    this.#lines = createInterface({
      input: process.stdin,
      output: process.stdout,
      history: this.#history.read(),
      removeHistoryDuplicates: true,
      completer: (line: string, done: Completer) => this.#completeLine(line, done),
    });
    this.#lines.on("line", (line) => this.#hear(line));
    this.#lines.on("SIGINT", () => this.#abandonLine());
    // Ctrl-D on an empty line.
    this.#lines.on("close", () => {
      process.stdout.write("\n");
      say("leave");
    });
  }

  ask(prompt: string): void {
    this.#lines.setPrompt(prompt);
    process.stdin.setRawMode(true);
    this.#lines.prompt();
  }

  complete(completions: string[], start: number): void {
    this.#completing?.done(null, [completions, this.#completing.line.slice(start)]);
    this.#completing = undefined;
  }

  #hear(line: string): void {
    this.#history.add(line);
    this.#lines.pause();
    process.stdin.setRawMode(false);
    this.#say({ line });
  }

  #completeLine(line: string, done: Completer): void {
    if (!line.trim()) return done(null, [[line + INDENTATION], line]);
    this.#completing = { line, done };
    this.#say({ complete: line });
  }

  #abandonLine(): void {
    process.stdout.write("\nKeyboardInterrupt\n");
    this.#say("forget");
    // What was typed is the last line of nothing now.
    this.#lines.write(null, { ctrl: true, name: "e" });
    this.#lines.write(null, { ctrl: true, name: "u" });
    this.ask(">>> ");
  }
}
