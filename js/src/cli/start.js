// From a web server the files are loaded as they are. A page that was opened from a disk (file:) may neither fetch nor
// import, but it may load classic scripts. So it gets the same files from the scripts in scripts/.

/** Starts Pyodide and installs the bundle. Takes the options of attach(), and those of loadPyodide() as `pyodide`. */
globalThis.startBundle = (() => {
  const folder = new URL(".", document.currentScript.src).href;
  const LOCK = "pyodide-lock.json";
  const contents = new Map();
  /** A cache for wherry that has all wheels, so their addresses are never asked. */
  const cache = {
    get: async (key) => (key in WHEELS ? new Uint8Array(await read(WHEELS[key])) : undefined),
    put: async () => {},
  };

  const start = folder.startsWith("file:") ? startFromDisk : startFromServer;

  return async ({ pyodide: pyodideOptions, ...options } = {}) => {
    const { loading, attach, given } = await start(pyodideOptions);
    const wherry = await attach(loading, { ...options, ...given });
    return { pyodide: await loading, wherry };
  };

  async function startFromServer(pyodideOptions) {
    const wherry = import(`${folder}wherry/index.js`);
    const loading = import(`${folder}pyodide/pyodide.mjs`).then(({ loadPyodide }) => loadPyodide(pyodideOptions));
    return { loading: handled(loading), attach: (await wherry).attach, given: { lock: `${folder}pylock.toml` } };
  }

  async function startFromDisk(pyodideOptions) {
    globalThis.bundledFile = (path, text) => void contents.set(path, unpack(text));
    const loading = loadFromDisk(pyodideOptions);
    handled(loading);
    const [lock, bundleUrl, attach] = await Promise.all([readText("pylock.toml"), urlOf(PYTHON), importWherry()]);
    return { loading, attach, given: { lock, bundleUrl, cache } };
  }

  async function loadFromDisk(pyodideOptions) {
    const urls = PYODIDE.filter((name) => name !== LOCK).map((name) => urlOf(`pyodide/${name}`));
    const [lock, api, asm, wasm, stdLibURL] = await Promise.all([readText(`pyodide/${LOCK}`), ...urls]);
    const [{ loadPyodide }, { default: createPyodideModule }] = await Promise.all([import(api), import(asm)]);
    // Pyodide appends a name to `indexURL`. Behind the # it does not count.
    const own = { indexURL: `${wasm}#/`, stdLibURL, lockFileContents: lock, createPyodideModule };
    return loadPyodide({ ...pyodideOptions, ...own });
  }

  async function importWherry() {
    const [text, reader] = await Promise.all([readText("wherry/index.js"), urlOf("wherry/lock_reader.js")]);
    const script = new Blob([text.replace("./lock_reader.js", reader)], { type: "text/javascript" });
    return (await import(URL.createObjectURL(script))).attach;
  }

  /** Returns the content of a file of the bundle, from its script. */
  async function read(path) {
    const script = document.createElement("script");
    script.src = `${folder}scripts/${encodeURI(path)}.js`;
    await new Promise((loaded, failed) => {
      script.onload = loaded;
      script.onerror = () => failed(new Error(`Cannot load ${script.src}: the bundle is not complete`));
      document.head.append(script);
    });
    script.remove();
    const content = contents.get(path);
    contents.delete(path);
    return content;
  }

  async function readText(path) {
    return new TextDecoder().decode(await read(path));
  }

  /** Returns a URL of the content of a file, for fetch() and import(). */
  async function urlOf(path) {
    const type = /\.m?js$/.test(path) ? "text/javascript" : path.endsWith(".wasm") ? "application/wasm" : "";
    return URL.createObjectURL(new Blob([await read(path)], { type }));
  }

  /** Unpacks a file from gzip in base64. */
  function unpack(text) {
    const bytes = Uint8Array.fromBase64?.(text) ?? Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
  }

  /** Marks a failure as handled, because it is thrown later. */
  function handled(promise) {
    promise.catch(() => {});
    return promise;
  }
})();
