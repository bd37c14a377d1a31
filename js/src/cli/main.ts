#!/usr/bin/env node
import { existsSync } from "node:fs";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import manifest from "../../package.json" with { type: "json" };
import { EXIT_CODES, exitCode, MISUSE, SUCCESS } from "./exit.ts";
import { talk } from "./prompt.ts";
import { start } from "./supervisor.ts";
import { sayError } from "./terminal.ts";
import { runInstead, wrapped } from "./usage.ts";

const OVERWRITE = ["--overwrite <project>", "allow other projects to replace its files; may be repeated", append] as const;

const LOCK = ["--lock <file>", "take what a lock (a path or a URL) lists; --group and --extra choose from it"] as const;
const EXTRA = ["--extra <name>", "an extra of the lock; may be repeated", append] as const;

const program = new Command("wherry")
  .description("Runs Python programs in Pyodide, with the packages they ask for.")
  .version(manifest.version)
  .enablePositionalOptions()
  .exitOverride()
  // Beside the longest option, 80 columns leave 36 for its text.
  .configureHelp({ minWidthToWrap: 30 })
  .configureOutput({ outputError: (text) => sayError(text.trim().replace(/^error: /, "")) })
  .addHelpText("after", exitCodes);
offer("run")
  .description("install the dependencies of a script's inline metadata (PEP 723), then run it")
  .argument("<program>", "the Python file to run; - for the standard input; with -m, the name of a module")
  .argument("[args...]", "the program's own arguments, passed on unchanged")
  .option("-m, --module", "run a module, as python -m does")
  .option(...LOCK)
  .option("--no-lock", "ignore the lock beside the script, such as pylock.app.toml")
  .option(...EXTRA)
  .option("-w, --with <requirement>", "also install this; may be repeated", append)
  .option(...OVERWRITE)
  .option("--sockets", "let Python open sockets")
  .passThroughOptions()
  .action((program: string, args: string[], options: object) => void start("run", { program, args, options }));

offer("lock")
  .description("write the versions, files and hashes of an installation into a lock (PEP 751)")
  .argument("[requirements...]", "requirements, such as pydantic>=2, or scripts, such as app.py")
  .option("-o, --output <file>", "the lock, pylock.toml or pylock.NAME.toml; - for the standard output")
  .addOption(new Option("--format <format>", "the format of the lock").choices(["pylock", "pyodide-lock"]).default("pylock"))
  .option("--only-these", "leave the other packages of Pyodide out of a pyodide-lock")
  .option("--as-micropip [url]", "let wherry be the micropip of a pyodide-lock, which will be in the folder at <url>")
  .option("--upgrade", "take the newest versions in place of those in the lock")
  .option("--upgrade-package <project>", "take the newest version of this project; may be repeated", append)
  .option("--exclude-newer <time>", "ignore files uploaded at or after this time")
  .option("--pre", "accept pre-releases")
  .option("--check", "write nothing; fail if the lock is out of date")
  .action((requirements: string[], options: object) => {
    start("lock", { requirements, options, typed: process.argv.slice(2) });
  });

begin("bundle")
  .description("write a lock and its files into a folder for any static host, with bytecode that spares visitors compiling")
  .argument("<lock>", "the lock, a path or a URL, such as pylock.toml", filled)
  .requiredOption("-o, --output <folder>", "the folder to write; a bundle that is there is replaced", filled)
  .addOption(
    new Option("--bytecode <place>", "bytecode beside the sources, only bytecode, or none")
      .choices(["beside", "only", "none"])
      .default("beside"),
  )
  .option("--import <module>", "bytecode of what importing this module imports, and of nothing else; may be repeated", append)
  .option("--exclude-tests", "leave out the tests of packages")
  .option("--exclude <glob>", "leave out files of packages, such as 'sympy/plotting/*'; may be repeated", append)
  .option("--pyodide", "also write Pyodide and wherry: the page then needs no other host, nor a network")
  .option("--from-disk", "also write all of it as scripts, for a page that is opened as a file, such as from a memory stick")
  .option("--service-worker <file>", "write a service worker, which keeps the bundle in browsers, such as site/service-worker.js")
  .option("--page <path>", "a file or folder of the page, for the service worker to keep, too; may be repeated", append)
  .action((lock: string, options: object) => void start("bundle", { lock, options }));

offer("resolve")
  .description("show the versions, sizes and requirements that would be installed")
  .argument("[requirements...]", "requirements to resolve, such as pydantic>=2")
  .option(...LOCK)
  .option(...EXTRA)
  .option("--json", "as JSON, for programs")
  .action((requirements: string[], options: object) => void start("resolve", { requirements, options }));

offer("why")
  .description("show which requirements lead to a project; fails if none do")
  .argument("<name>", "the project", filled)
  .argument("[requirements...]", "requirements to resolve")
  .option(...LOCK)
  .option(...EXTRA)
  .option("--json", "as JSON, for programs")
  .action((name: string, requirements: string[], options: object) => {
    start("why", { name, requirements, options });
  });

offer("repl")
  .description("a Python prompt, with top-level await and wherry imported")
  .option("-w, --with <requirement>", "install this first; may be repeated", append)
  .option(...LOCK)
  .option(...EXTRA)
  .option(...OVERWRITE)
  .option("--sockets", "let Python open sockets")
  .action((options: object) => talk(start("repl", { options })));

const instead = runInstead(process.argv.slice(2), new Set(program.commands.map((command) => command.name())), existsSync);
if (instead) {
  sayError(instead);
  process.exit(MISUSE);
}
program.parseAsync().catch((error: unknown) => process.exit(misuseCode(error)));

/** Returns the exit code of an error. Commander has explained its own; help and version are no failures. */
function misuseCode(error: unknown): number {
  if (!(error instanceof CommanderError)) return exitCode(error);
  return error.exitCode === 0 ? SUCCESS : MISUSE;
}

/** Adds a command with the options that all have. */
function begin(name: string): Command {
  return program
    .command(name)
    .option("--offline", "use only the cache, and no network")
    .option("--no-cache", "do not use the cache (WHERRY_CACHE_DIR names its folder)")
    .option("-q, --quiet", "write only errors")
    .option("-v, --verbose", "let an error name every file that does not fit, and why")
    .addHelpText("after", exitCodes);
}

/** Adds a command with the options about requirements. */
function offer(name: string): Command {
  return begin(name)
    .option("-r, --requirement <file>", "add the requirements of a requirements file, pyproject.toml or script; may be repeated", append)
    .option("--group <name>", "add a dependency group of ./pyproject.toml, or FILE:NAME; may be repeated", append)
    .option("--index-url <url>", "a package index to use instead of PyPI; may be repeated", append)
    .option("-c, --constraint <file-or-requirement>", "restrict versions without installing anything; may be repeated", append)
    .addOption(new Option("--prefer <source>", "the source of versions to prefer, if they fit").choices(["distribution", "index"]));
}

function exitCodes({ command, error }: { command: Command; error: boolean }): string {
  const { getOutHelpWidth, getErrHelpWidth } = command.configureOutput();
  return wrapped(EXIT_CODES, (error ? getErrHelpWidth : getOutHelpWidth)?.() || 80);
}

function append(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, filled(value)];
}

/** Refuses an empty value, such as an unset variable of the shell. */
function filled(value: string): string {
  if (!value.trim()) throw new InvalidArgumentError("It is empty.");
  return value;
}
