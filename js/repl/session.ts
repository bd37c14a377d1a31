// Run Python with wherry on the page's main thread.
import type { PyodideAPI } from "pyodide";
import type { Installer, ProgressEvent } from "../src/index.ts";
import type { WherryProgressElement } from "../src/progress/element.ts";
import CONSOLE from "../src/python/console.py";
import type { Interpreter } from "./prompt.ts";

/** The URL of the packages of Pyodide's distribution; empty if beside Pyodide. build/repl.ts defines it. */
declare const DISTRIBUTION_URL: string;

export interface Session {
  readonly interpreter: Interpreter;
  readonly installer: Installer;
  /** Versions such as `"3.14.2"` and `"314.0.7"`. */
  readonly pythonVersion: string;
  readonly pyodideVersion: string;
  /** Writes a file to Pyodide's file system; returns its URL for `install`. */
  addFile(name: string, content: Uint8Array): string;
}

export interface SessionOptions {
  /** The index to install from; PyPI if null. */
  indexUrl: string | null;
  progress: WherryProgressElement;
  write(text: string): void;
  writeError(text: string): void;
  /** The number of characters in a line. */
  columns(): number;
}

const DROPPED = "/tmp/dropped";

/** Starts Python. Output goes to `write` and `writeError`, progress of installations to `progress`. */
export async function startSession(options: SessionOptions): Promise<Session> {
  const [pyodideModule, wherry] = await Promise.all([
    importBeside<typeof import("pyodide")>("pyodide/pyodide.mjs"),
    importBeside<typeof import("../src/index.ts")>("wherry/index.js"),
  ]);
  const pyodide = await pyodideModule.loadPyodide(DISTRIBUTION_URL ? { packageBaseUrl: DISTRIBUTION_URL } : {});
  const installer = await wherry.attach(pyodide, options.indexUrl ? { indexUrls: [options.indexUrl] } : {});
  const { write, writeError, columns, progress } = options;
  return {
    interpreter: openConsole(pyodide, { write, writeError, columns, follow: () => follow(progress) }),
    installer,
    pythonVersion: pyodide.runPython("import platform; platform.python_version()"),
    pyodideVersion: pyodide.version,
    addFile: (name, content) => {
      pyodide.FS.mkdirTree(DROPPED);
      pyodide.FS.writeFile(`${DROPPED}/${name}`, content);
      return `emfs:${DROPPED}/${name}`;
    },
  };
}

function importBeside<Module>(path: string): Promise<Module> {
  return import(new URL(path, document.baseURI).href);
}

function openConsole(pyodide: PyodideAPI, page: object): Interpreter {
  const names = pyodide.toPy({ __name__: "wherry_console" });
  pyodide.runPython(CONSOLE, { globals: names, filename: "<prompt>" });
  const PageConsole = names.get("PageConsole");
  const console = PageConsole(page, pyodide.globals);
  PageConsole.destroy();
  names.destroy();
  return {
    isComplete: (source) => console.is_complete(source),
    indentation: (source) => console.indentation(source),
    complete: (source) => JSON.parse(console.complete_json(source)),
    run: async (source) => {
      const running = console.run(source);
      try {
        await running;
      } finally {
        running.destroy();
      }
    },
    interrupt: () => console.interrupt(),
  };
}

/** Receives the progress of an installation that Python code started. */
interface Followed {
  hear(eventJson: string): void;
  end(): void;
  stop(): void;
  fail(code: string, message: string): void;
}

function follow(progress: WherryProgressElement): Followed {
  let hear: (event: ProgressEvent) => void;
  let end!: () => void;
  let fail!: (error: unknown) => void;
  const call = progress.track(
    (onProgress) =>
      new Promise<void>((resolve, reject) => {
        [hear, end, fail] = [onProgress, resolve, reject];
      }),
  );
  // List the packages while it runs. The prompt shows a failure, too.
  progress.open = true;
  call.catch(() => {}).finally(() => {
    progress.open = false;
  });
  return {
    hear: (json) => {
      const { bytes_done: bytesDone, bytes_total: bytesTotal, ...event } = JSON.parse(json);
      hear({ ...event, bytesDone, bytesTotal });
    },
    end: () => end(),
    stop: () => fail(new DOMException("Interrupted", "AbortError")),
    fail: (code, message) => fail(Object.assign(new Error(message), { code })),
  };
}
