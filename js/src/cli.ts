#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import manifest from "../package.json" with { type: "json" };
import { run, type RunOptions } from "./cli/run.ts";
import { say } from "./cli/terminal.ts";
import { UsageError } from "./cli/usage.ts";
import { WherryError } from "./errors.ts";

const SUCCESS = 0;
const FAILURE = 1;
const MISUSE = 2;

/** What a script's author, not the network, has to put right. */
const AUTHORS_ERRORS = new Set(["invalid-script-metadata"]);

// Code that leaves by itself (`os._exit()`) surfaces here, outside every promise.
process.on("uncaughtException", (error) => process.exit(exitCode(error)));

const program = new Command("wherry")
  .description("Runs Python scripts in Pyodide, with the packages they ask for.")
  .version(manifest.version)
  .enablePositionalOptions()
  .exitOverride();

program
  .command("run")
  .description("install what a script's inline metadata (PEP 723) asks for, then run it")
  .argument("<script>", "the Python file to run")
  .argument("[args...]", "the script's own arguments, handed on untouched")
  .option("--index-url <url>", "a package index to ask instead of PyPI; may be repeated", append)
  .passThroughOptions()
  .action(async (script: string, args: string[], options: RunOptions) => {
    process.exit(await run(script, args, options));
  });

program.parseAsync().catch((error: unknown) => process.exit(exitCode(error)));

function append(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}

/** Says what went wrong, where that has not been said, and returns the code to leave with. */
function exitCode(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? SUCCESS : MISUSE;
  if (error instanceof UsageError) return complain(error.message, MISUSE);
  if (error instanceof WherryError) return complain(error.message, AUTHORS_ERRORS.has(error.code) ? MISUSE : FAILURE);
  const { status, stack } = error as { status?: number; stack?: string };
  return typeof status === "number" ? status : complain(`unexpected error: ${stack ?? error}`, FAILURE);
}

function complain(message: string, code: number): number {
  say(`wherry: ${message}`);
  return code;
}
