#!/usr/bin/env node
import { existsSync } from "node:fs";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import manifest from "../../package.json" with { type: "json" };
import { EXIT_CODES, exitCode, MISUSE, SUCCESS } from "./exit.ts";
import { talk } from "./prompt.ts";
import { start } from "./supervisor.ts";
import { sayError } from "./terminal.ts";
import { runInstead, wrapped } from "./usage.ts";

const OVERWRITE = ["--overwrite <project>", "let its files be replaced by others; may be repeated", append] as const;

const program = new Command("wherry")
  .description("Runs Python programs in Pyodide, with the packages they ask for.")
  .version(manifest.version)
  .enablePositionalOptions()
  .exitOverride()
  .configureOutput({ outputError: (text) => sayError(text.trim().replace(/^error: /, "")) })
  .addHelpText("after", exitCodes);
offer("run")
  .description("install what a script's inline metadata (PEP 723) asks for, then run it")
  .argument("<program>", "the Python file to run; - for what comes on the standard input; with -m, a module's name")
  .argument("[args...]", "the program's own arguments, handed on untouched")
  .option("-m, --module", "run a module, as python -m does")
  .option("-w, --with <requirement>", "install this, too; may be repeated", append)
  .option(...OVERWRITE)
  .option("--sockets", "let Python open connections of its own, not only by fetch")
  .passThroughOptions()
  .action((program: string, args: string[], options: object) => void start("run", { program, args, options }));

offer("resolve")
  .description("say what would be installed: versions, sizes, who requires whom")
  .argument("[requirements...]", "what to install, such as pydantic>=2")
  .option("--json", "as JSON, for programs")
  .action((requirements: string[], options: object) => void start("resolve", { requirements, options }));

offer("why")
  .description("say which requirements lead to a project; fails where none do")
  .argument("<name>", "the project", filled)
  .argument("[requirements...]", "what would be installed")
  .option("--json", "as JSON, for programs")
  .action((name: string, requirements: string[], options: object) => {
    start("why", { name, requirements, options });
  });

offer("repl")
  .description("a Python prompt, with top-level await and wherry imported")
  .option("-w, --with <requirement>", "install this first; may be repeated", append)
  .option(...OVERWRITE)
  .option("--sockets", "let Python open connections of its own, not only by fetch")
  .action((options: object) => talk(start("repl", { options })));

const instead = runInstead(process.argv.slice(2), new Set(program.commands.map((command) => command.name())), existsSync);
if (instead) {
  sayError(instead);
  process.exit(MISUSE);
}
program.parseAsync().catch((error: unknown) => process.exit(misuseCode(error)));

/** What commander refuses, it has explained; help and version are no failures. */
function misuseCode(error: unknown): number {
  if (!(error instanceof CommanderError)) return exitCode(error);
  return error.exitCode === 0 ? SUCCESS : MISUSE;
}

/** Adds a command with the options that all of them have. */
function offer(name: string): Command {
  return program
    .command(name)
    .option("-r, --requirement <file>", "also what a requirements file, pyproject.toml or script asks for; repeatable", append)
    .option("--group <name>", "also a dependency group of ./pyproject.toml, or FILE:NAME; may be repeated", append)
    .option("--index-url <url>", "a package index to ask instead of PyPI; may be repeated", append)
    .option("-c, --constraint <file-or-requirement>", "restrict versions, asking for nothing; may be repeated", append)
    .addOption(new Option("--prefer <source>", "what comes first, if it fits").choices(["distribution", "index"]))
    .option("--offline", "ask no network: take everything from the cache, pages of the index as they were")
    .option("--no-cache", "fetch everything anew, and keep nothing (WHERRY_CACHE_DIR says where it is kept)")
    .option("-q, --quiet", "say nothing but errors")
    .addHelpText("after", exitCodes);
}

function exitCodes({ command, error }: { command: Command; error: boolean }): string {
  const { getOutHelpWidth, getErrHelpWidth } = command.configureOutput();
  return wrapped(EXIT_CODES, (error ? getErrHelpWidth : getOutHelpWidth)?.() || 80);
}

function append(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, filled(value)];
}

/** Refuses an empty value, as of a variable of the shell that is not set. */
function filled(value: string): string {
  if (!value.trim()) throw new InvalidArgumentError("It is empty.");
  return value;
}
