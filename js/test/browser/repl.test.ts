// The REPL page as users use it, with an index of the tests' wheels.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import type { Browser, ElementHandle, Page } from "puppeteer-core";
import { buildPage } from "../../build/repl.ts";
import type {} from "../../src/progress/define.ts";
import { inTab } from "./crashes.ts";
import { BROWSERS, launch, TIMEOUT } from "./launch.ts";
import { type LoopbackServer, serveFolders } from "./serving.ts";
import { type IndexUrls, nativeWheels, readWheels, serveIndex } from "./wheel_index.ts";

const CACHE = join(import.meta.dirname, "../../../.cache");
const WHEELS = join(CACHE, "wheels", "newest");
const IDNA = join(WHEELS, "idna-3.20-py3-none-any.whl");

const ODD_DISTRIBUTION = `
import os, pathlib, sysconfig
folder = pathlib.Path(sysconfig.get_path("purelib"), "odd-1.dist-info")
folder.mkdir()
metadata = "Metadata-Version: 2.1\\nName: odd\\nVersion: 1\\nRequires-Dist: six; python_version ~= '3'\\n"
(folder / "METADATA").write_text(metadata) and None`;

let folder: string;
let site: LoopbackServer;
let index: LoopbackServer;
let urls: IndexUrls;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "wherry-repl-"));
  await buildPage({ output: folder, distribution: join(CACHE, "distribution") });
  site = await serveFolders({ "/": folder });
  ({ server: index, urls } = await serveIndex([...readWheels(WHEELS), ...nativeWheels("torch")]));
});

after(async () => {
  await site[Symbol.asyncDispose]();
  await index[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

for (const name of BROWSERS) {
  describe(`the REPL page in ${name}`, () => {
    let browser: Browser;
    const faults: string[] = [];

    const inPage = (body: (page: Page) => Promise<void>) => inTab(() => browser, body);

    /** Opens the REPL in an empty page, and waits for the prompt. */
    async function open(page: Page, fragment = "", { width = 1280, index = urls.open } = {}): Promise<void> {
      await page.setViewport({ width, height: 800 });
      page.on("pageerror", (error) => faults.push(String(error)));
      await visit(page, fragment, index);
    }

    async function visit(page: Page, fragment = "", index = urls.open): Promise<void> {
      await page.goto(`${site.origin}/index.html?index=${index}${fragment}`);
      await shows(page, /^>>> $/m);
      await page.focus(".xterm-helper-textarea");
    }

    before(async () => {
      browser = await launch(name);
    });
    afterEach(() => assert.deepEqual(faults.splice(0), []));
    after(() => browser?.close());

    test("lines run, blocks end with an empty line, and errors are shown", inPage(async (page) => {
      await open(page);
      await type(page, "6 * 7");
      await shows(page, /^42$/m);
      await type(page, "for n in range(3):", "print(n * 11)", "");
      await shows(page, /^\.\.\. {5}print\(n \* 11\)\n\.\.\. *\n0\n11\n22\n>>> $/m);
      await type(page, "import msgpack");
      await shows(page, /^ModuleNotFoundError: No module named 'msgpack'\nNot installed\? Try await install\("msgpack"\)/m);
      await type(page, "1 +* 2");
      await shows(page, /^SyntaxError: invalid syntax$/m);
    }));

    test("await works, keys typed meanwhile are kept, and Ctrl-C cancels", inPage(async (page) => {
      await open(page);
      await type(page, "import asyncio; await asyncio.sleep(0.3, 'slept')", "'in time'");
      await shows(page, /^'slept'\n>>> 'in time'\n'in time'$/m);
      // Ctrl-C needs a running statement.
      await type(page, "print('begun'); await asyncio.sleep(1000)");
      await shows(page, /^begun$/m);
      await page.keyboard.down("Control");
      await page.keyboard.press("c");
      await page.keyboard.up("Control");
      await shows(page, /^KeyboardInterrupt\n>>> $/m);
    }));

    test("a real package is installed, shown, used and removed", inPage(async (page) => {
      await open(page);
      await type(page, 'await install("pydantic")');
      await page.waitForSelector("wherry-progress:state(done)");
      await shows(page, /^Installed +annotated-types/m);
      await showsTree(page, ["pydantic", "annotated-types", "pydantic-core", "typing-extensions", "typing-inspection"]);
      await type(page, "import pydantic; pydantic.TypeAdapter(int).validate_python('7')");
      // The panel has been redrawn by then.
      await shows(page, /^7\n>>> $/m);
      await (await find(page, 'button[aria-label="Uninstall pydantic"]')).click();
      assert.match(
        (await text(page, "#tree .question")) ?? "",
        /^Nothing else needs annotated-types, pydantic-core, typing-extensions and typing-inspection\./,
      );
      await (await find(page, "#tree .question .primary")).click();
      await shows(page, /^>>> wherry\.uninstall\("pydantic", "annotated-types", .*\n(.*\n)?Removed  /m);
      await showsTree(page, []);
    }));

    test("a failed installation gives advice at the prompt and beside it", inPage(async (page) => {
      await open(page);
      await type(page, 'await install("pydantic", "pydantic-core<2.40")');
      await page.waitForSelector("wherry-progress:state(failed)");
      await shows(page, /^ResolutionConflict: you asked for pydantic-core<2\.40/m);
      const failure = await page.$eval("wherry-progress", ({ shadowRoot }) => [
        shadowRoot?.querySelector("[part=code]")?.textContent,
        shadowRoot?.querySelector("[part=message]")?.textContent,
      ]);
      assert.equal(failure[0], "resolution-conflict");
      assert.match(failure[1] ?? "", /^you asked for pydantic-core<2\.40, but .*2\.50\.4/s);
    }));

    test("Tab completes the common part, and lists the completions", inPage(async (page) => {
      await open(page);
      await page.keyboard.type("wherry.uninst");
      await page.keyboard.press("Tab");
      await shows(page, /^>>> wherry\.uninstall\($/m);
      await clearLine(page);
      await page.keyboard.type("str.is");
      await page.keyboard.press("Tab");
      await page.waitForSelector("#choices span");
      const choices = await page.$$eval("#choices span", (words) => words.map(({ textContent }) => textContent));
      assert.ok(choices.includes("isalnum") && choices.includes("isupper"), choices.join(" "));
    }));

    test("completions that do not fit are counted, and the next Tab shows them", inPage(async (page) => {
      await open(page, "", { width: 380 });
      await page.keyboard.type("str.");
      const seen: string[] = [];
      let count = "";
      while (!count.includes("begins again")) {
        await page.keyboard.press("Tab");
        await page.waitForFunction((last) => ![last, undefined].includes(document.querySelector("#choices strong")?.textContent), {}, count);
        count = (await text(page, "#choices strong")) ?? "";
        seen.push(...(await page.$$eval("#choices span", (words) => words.map(({ textContent }) => textContent ?? ""))));
        assert.deepEqual(await overflows(page, "#choices"), []);
      }
      assert.match(count, new RegExp(`–${seen.length} of ${seen.length} · Tab begins again$`));
      assert.ok(seen.includes("capitalize") && seen.includes("zfill"), seen.join(" "));
      assert.deepEqual(seen.filter((word) => !/^\w+$/.test(word)), []);
      await page.keyboard.type("up");
      assert.equal(await page.$("#choices *"), null);
    }));

    test("the prompt continues after every exception", inPage(async (page) => {
      await open(page);
      await type(page, "raise KeyboardInterrupt");
      await shows(page, /^KeyboardInterrupt\n>>> $/m);
      await type(page, "raise SystemExit(3)", "raise GeneratorExit", "raise ModuleNotFoundError(name=5)", "'(' * 3 + 1");
      await shows(page, /^GeneratorExit$/m);
      await shows(page, /^TypeError: can only concatenate/m);
      await clearScreen(page);
      await type(page, "class Odd:", "__repr__ = __getattr__ = lambda *_: exit()", "", "odd = Odd()", "odd");
      await shows(page, /^SystemExit: None$/m);
      await page.keyboard.type("odd.x");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await type(page, "class Mute(wherry.WherryError):", "__str__ = lambda _: 1 / 0", "", "raise Mute");
      await shows(page, /^Mute, and ZeroDivisionError while it was described$/m);
      await clearScreen(page);
      await type(page, "def stop(event): raise KeyboardInterrupt", "", "await install('idna', on_progress=stop)");
      await shows(page, /^KeyboardInterrupt\n>>> $/m);
      await page.waitForFunction(() => !document.querySelector("wherry-progress:state(running)"));
      await type(page, "import json; json.dumps = json.loads = None; await install('idna')", "'alive'");
      await shows(page, /^'alive'\n>>> $/m);
    }));

    test("a click installs a sample, and an unfinished line is restored", inPage(async (page) => {
      await open(page);
      await page.keyboard.type("1 + 1");
      await (await find(page, "[data-sample=msgpack]")).click();
      await shows(page, /^>>> await install\("msgpack"\)\nInstalled +msgpack +1\.2\.4\n>>> 1 \+ 1$/m);
      await page.keyboard.press("Enter");
      await shows(page, /^2$/m);
    }));

    test("the panel shows the whole error", inPage(async (page) => {
      await open(page);
      await type(page, 'await install("torch", "pydantic-core<2.40")');
      await page.waitForSelector("wherry-progress:state(failed)");
      await shows(page, /^\w+: .*\n[^]*>>> $/m);
      assert.deepEqual(await overflows(page, "aside"), []);
    }));

    test("at 380 px progress is visible and shows retries, and no text is cut off", inPage(async (page) => {
      await open(page, "", { width: 380, index: urls.faltering });
      await type(page, 'await install("msgpack")');
      await page.waitForFunction(() => {
        const line = document.querySelector("wherry-progress")?.shadowRoot?.querySelector("[part=line]");
        return line?.textContent?.startsWith("Trying again (2 of 4): msgpack from 127.0.0.1:");
      });
      assert.deepEqual(await overflows(page, "wherry-progress"), []);
      const { top, bottom } = await box(page, "wherry-progress");
      assert.ok(top >= 0 && bottom < (await box(page, ".console")).top, `${top} to ${bottom}`);
      await shows(page, /^Installed +msgpack +1\.2\.4\n>>> $/m);
    }));

    test("several lines are pasted as one entry, also from a transcript, and kept in the history", inPage(async (page) => {
      await open(page);
      await paste(page, ">>> def twice(n):\n...     return 2 * n\n...\n>>> twice(21)\n'an answer'\n");
      await shows(page, /^>>> def twice\(n\):\n\.\.\. {5}return 2 \* n\n\.\.\. *\n\.\.\. twice\(21\)$/m);
      await page.keyboard.press("Enter");
      await shows(page, /^42$/m);
      await visit(page);
      await page.keyboard.press("ArrowUp");
      await shows(page, /^\.\.\. twice\(21\)$/m);
    }));

    test("the prompt continues after broken installations", inPage(async (page) => {
      await open(page);
      await paste(page, ODD_DISTRIBUTION);
      await page.keyboard.press("Enter");
      await showsTree(page, ["odd"]);
      await type(page, "wherry.check()");
      await shows(page, /^Warning: odd-1\.dist-info: python_version ~= "3" is undefined and counts as false/m);
      await type(page, "await install('six; python_version ~= \"3\"')");
      await shows(page, /^InvalidRequirement: .*python_version ~= "3" is undefined/ms);
      await type(page, "os.listdir = None");
      const failure = await find(page, "#notice .failure");
      const reason = await failure.evaluate(({ textContent }) => textContent);
      assert.match(reason ?? "", /^Cannot show the installed packages: TypeError: 'NoneType' object is not callable/);
      await type(page, "6 * 7");
      await shows(page, /^42\n>>> $/m);
    }));

    test("local wheels are installed after choosing or dropping them, and other files are refused", inPage(async (page) => {
      await open(page);
      const input = (await find(page, "#file")) as ElementHandle<HTMLInputElement>;
      await input.uploadFile(IDNA);
      await shows(page, /^Installed +idna +3\.20/m);
      await showsTree(page, ["idna"]);
      await type(page, "wherry.uninstall('idna')");
      await shows(page, /^Removed +idna/m);
      await showsTree(page, []);
      await drop(page, readWheels(WHEELS).find((wheel) => wheel.name === "idna")!.content.toString("base64"));
      await showsTree(page, ["idna"]);
      await drop(page, "", "notes.txt");
      assert.match((await text(page, "#notice .failure")) ?? "", /^notes\.txt: not a wheel/);
    }));

    test("a link asks before it installs, and names packages and sources", inPage(async (page) => {
      await open(page, "#install=msgpack&install=idna>3");
      assert.match((await text(page, "#notice p")) ?? "", new RegExp(`asks to install msgpack and idna>3 from ${urls.open}\\.$`));
      assert.deepEqual(await tree(page), []);
      await page.setViewport({ width: 380, height: 800 });
      const tops = await page.$$eval("#notice button", (buttons) => buttons.map((button) => button.getBoundingClientRect().top));
      assert.ok(tops.length === 2 && tops[0] === tops[1], String(tops));
      await page.evaluate(() => {
        location.hash = "#install=msgpack&install=idna";
      });
      await page.waitForFunction(() => document.querySelector("#notice p")?.textContent?.includes("msgpack and idna from"));
      await (await find(page, "#notice .primary")).click();
      await shows(page, /^>>> await install\("msgpack", "idna"\)\nInstalled  /m);
      await showsTree(page, ["idna", "msgpack"]);
    }));

    test("a link with the installed packages can be shared", inPage(async (page) => {
      await open(page);
      await type(page, 'await install("idna")');
      await showsTree(page, ["idna"]);
      await (await find(page, "#share")).click();
      await page.waitForFunction(() => location.hash === "#install=idna%3D%3D3.20");
    }));

    test("a notice moves no content and disappears, and a question stays", inPage(async (page) => {
      await open(page, "#install=idna");
      const before = await box(page, "main");
      await (await find(page, "#share")).click();
      assert.match((await (await find(page, "#notice .success")).evaluate(({ textContent }) => textContent)) ?? "", /^The link is/);
      assert.deepEqual(await box(page, "main"), before);
      await page.mouse.move(0, 0);
      await page.waitForFunction(() => !document.querySelector("#notice .success"));
      await find(page, "#notice .question");
    }));
  });
}

async function type(page: Page, ...lines: string[]): Promise<void> {
  for (const line of lines) {
    await page.keyboard.type(line);
    await page.keyboard.press("Enter");
  }
}

/** Returns the lines of the terminal, without trailing blanks except those of a prompt. */
function screen(page: Page): Promise<string> {
  return page.$$eval(".xterm-rows > div", (rows) =>
    rows
      .map((row) => (row.textContent ?? "").replaceAll("\u00a0", " ").trimEnd())
      .map((row) => (row === ">>>" ? ">>> " : row))
      .join("\n")
      .trimEnd(),
  );
}

/** Waits until the terminal shows the text. The failure has the lines of the terminal. */
async function shows(page: Page, expected: RegExp): Promise<void> {
  const end = Date.now() + TIMEOUT;
  let seen = "";
  while (Date.now() < end) {
    seen = await screen(page);
    if (expected.test(seen.replace(/>>>$/, ">>> "))) return;
    await new Promise((passed) => setTimeout(passed, 50));
  }
  assert.match(seen, expected);
}

async function clearScreen(page: Page): Promise<void> {
  await page.keyboard.down("Control");
  await page.keyboard.press("l");
  await page.keyboard.up("Control");
}

function box(page: Page, selector: string): Promise<Record<"left" | "top" | "right" | "bottom", number>> {
  return page.$eval(selector, (element) => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    return { left, top, right, bottom };
  });
}

/** Returns the elements in `selector`, and in its shadow trees, whose text is cut off. */
function overflows(page: Page, selector: string): Promise<string[]> {
  return page.$eval(selector, (top) => {
    const below = (element: Element): Element[] =>
      [...element.children, ...(element.shadowRoot?.children ?? [])].flatMap((child) => [child, ...below(child)]);
    return [top, ...below(top)]
      .filter((element) => !element.matches(".spoken, .bar, .bar *") && getComputedStyle(element).overflow !== "visible")
      .filter((element) => element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight)
      .map((element) => element.outerHTML.slice(0, 100));
  });
}

async function clearLine(page: Page): Promise<void> {
  await page.keyboard.down("Control");
  await page.keyboard.press("u");
  await page.keyboard.up("Control");
}

async function tree(page: Page): Promise<string[]> {
  const names = await page.$$eval("#tree .name", (names) => names.map(({ textContent }) => textContent ?? ""));
  return [...new Set(names)];
}

/** Waits until the panel shows these projects in this order. */
async function showsTree(page: Page, expected: readonly string[]): Promise<void> {
  const end = Date.now() + TIMEOUT;
  while (Date.now() < end && String(await tree(page)) !== String(expected)) {
    await new Promise((passed) => setTimeout(passed, 50));
  }
  assert.deepEqual(await tree(page), expected);
}

function text(page: Page, selector: string): Promise<string | null> {
  return page.$eval(selector, ({ textContent }) => textContent);
}

async function find(page: Page, selector: string): Promise<ElementHandle<Element>> {
  const found = await page.waitForSelector(selector, { visible: !selector.startsWith("#file") });
  assert.ok(found, selector);
  return found;
}

async function paste(page: Page, content: string): Promise<void> {
  await page.$eval(
    ".xterm-helper-textarea",
    (textarea, content) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", content);
      // Firefox needs its own names for the data of a synthetic event.
      const brought = { clipboardData, dataType: "text/plain", data: content };
      textarea.dispatchEvent(new ClipboardEvent("paste", { ...brought, bubbles: true, cancelable: true }));
    },
    content,
  );
}

async function drop(page: Page, base64: string, filename = "idna-3.20-py3-none-any.whl"): Promise<void> {
  await page.evaluate(
    (base64, filename) => {
      const dataTransfer = new DataTransfer();
      const content = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      dataTransfer.items.add(new File([content], filename));
      document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
    },
    base64,
    filename,
  );
}
