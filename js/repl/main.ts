// The page: a prompt, and the installed packages beside it.
import "@xterm/xterm/css/xterm.css";
import "./page.css";
import { printable } from "../src/text/printable.ts";
import type {} from "../src/progress/define.ts";
import { element } from "../src/progress/dom.ts";
import { acceptChoice, acceptDrops } from "./dropping.ts";
import { showNotice, showQuestion } from "./notice.ts";
import { countInstalled, showTree } from "./panel.ts";
import { Prompt } from "./prompt.ts";
import { type Session, startSession } from "./session.ts";
import { fragmentFor, installCommand, isShareable, requestedBy, sourceOf, uninstallCommand } from "./sharing.ts";

function find<Found extends HTMLElement = HTMLElement>(id: string): Found {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}`);
  return found as Found;
}

const prompt = new Prompt(find("terminal"), find("choices"));

async function main(): Promise<void> {
  const indexUrl = readIndexUrl();
  prompt.write("\x1b[90mStarting Python …\x1b[39m");
  await customElements.whenDefined("wherry-progress");
  const session = await startSession({
    indexUrl,
    progress: find<HTMLElementTagNameMap["wherry-progress"]>("progress"),
    write: (text) => prompt.write(text),
    writeError: (text) => prompt.writeError(text),
    columns: () => prompt.columns,
  });
  greet(session, indexUrl);
  offerSamples();
  acceptWheels(session);
  share(session);
  offerRequested(indexUrl);
  addEventListener("hashchange", () => offerRequested(indexUrl));
  await refresh(session);
  prompt.focus();
  await prompt.converse(session.interpreter, () => refresh(session));
}

/** Returns the index in the page's URL; null for PyPI. */
function readIndexUrl(): string | null {
  const named = new URL(location.href).searchParams.get("index");
  if (named === null) return null;
  if (/^https?:$/.test(URL.parse(named)?.protocol ?? "")) return named;
  throw new Error(`?index=${named} is not an index. Name the URL of a Simple API, as https://example.org/simple/`);
}

function greet({ pythonVersion, pyodideVersion }: Session, indexUrl: string | null): void {
  find("versions").textContent = `Python ${pythonVersion} · Pyodide ${pyodideVersion}`;
  find("origin").textContent = `From ${indexUrl ?? "PyPI and Pyodide’s distribution"}`;
  prompt.write("\r\x1b[2K");
  prompt.write(`\x1b[1mPython ${pythonVersion}\x1b[22m with wherry.\n`);
  prompt.write('\x1b[90mTry \x1b[39mawait install("pydantic")\n');
  prompt.write("\x1b[90mTab completes, Shift-Tab leaves.\x1b[39m\n\n");
}

function offerSamples(): void {
  for (const sample of document.querySelectorAll<HTMLElement>("[data-sample]")) {
    const command = installCommand([sample.dataset["sample"] ?? ""]);
    sample.title = command;
    sample.addEventListener("click", () => prompt.submit(command));
  }
}

function acceptWheels(session: Session): void {
  const take = async (files: readonly File[]) => {
    const wheels = files.filter(({ name }) => name.endsWith(".whl"));
    if (wheels.length < files.length) {
      const others = files.filter((file) => !wheels.includes(file)).map(({ name }) => name);
      showNotice(find("notice"), "failure", `${others.join(", ")}: not a wheel. A wheel’s name ends in .whl.`);
    }
    const urls: string[] = [];
    for (const wheel of wheels) urls.push(session.addFile(wheel.name, new Uint8Array(await wheel.arrayBuffer())));
    if (urls.length) prompt.submit(installCommand(urls));
  };
  acceptDrops(take);
  acceptChoice(find("add"), find<HTMLInputElement>("file"), take);
}

function share({ installer }: Session): void {
  find("share").addEventListener("click", async () => {
    const installed = await installer.installed();
    const link = new URL(location.href);
    link.hash = fragmentFor(installed);
    history.replaceState(null, "", link);
    const isCopied = await navigator.clipboard.writeText(link.href).then(() => true, () => false);
    const left = installed.filter((each) => each.requested && !isShareable(each)).map(({ name }) => name);
    const done = isCopied ? "The link is copied." : "The link is in the address bar.";
    const rest = left.length ? ` It leaves out ${left.join(", ")}, from a file of this computer.` : "";
    showNotice(find("notice"), "success", done + rest);
  });
}

/** Asks whether to install the packages that the link names. */
function offerRequested(indexUrl: string | null): void {
  const requested = requestedBy(location.hash);
  if (!requested.length) return;
  const names = listed(requested.map((requirement) => element("code", {}, requirement)));
  const content = ["This link asks to install ", ...names, ` from ${sourceOf(requested, indexUrl)}.`];
  showQuestion(find("notice"), content, { label: "Install", act: () => prompt.submit(installCommand(requested)) });
}

/** Returns `a`, `a and b`, or `a, b and c`. */
function listed(names: readonly HTMLElement[]): (Node | string)[] {
  return names.flatMap((name, place) => (place === 0 ? [name] : [place < names.length - 1 ? ", " : " and ", name]));
}

/** Shows the installed packages, or the error that prevents it. */
async function refresh(session: Session): Promise<void> {
  try {
    await showInstalled(session);
  } catch (error) {
    showNotice(find("notice"), "failure", `Cannot show the installed packages: ${messageOf(error)}`);
  }
}

async function showInstalled({ installer }: Session): Promise<void> {
  const [installed, tree] = [await installer.installed(), await installer.tree()];
  const count = countInstalled(installed);
  find("count").textContent = count ? String(count) : "";
  find("empty").hidden = count > 0;
  showTree(find("tree"), tree, installed, {
    remove: (names) => prompt.submit(uninstallCommand(names)),
  });
}

/** Returns the message of an error, without a traceback of Python. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === "PythonError" ? error.message.trimEnd().split("\n").at(-1)! : error.message;
}

main().catch((error: unknown) => {
  prompt.writeError(`\n${printable(messageOf(error))}\n`);
  throw error;
});
