import { readFileSync } from "node:fs";
import type { PyodideAPI } from "pyodide";

/** Variables that name a file or folder of certificate authorities. */
const NAMES = [
  "AWS_CA_BUNDLE",
  "CURL_CA_BUNDLE",
  "GIT_SSL_CAINFO",
  "HTTPLIB2_CA_CERTS",
  "PIP_CERT",
  "REQUESTS_CA_BUNDLE",
  "SSL_CERT_DIR",
  "SSL_CERT_FILE",
];
const FOLDER = "/mnt/certificates";

/** Returns the environment without variables that name files of certificates: Pyodide does not have the files. */
export function withoutCertificates(environment: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !NAMES.includes(name)));
}

/** Copies the files of certificates into Pyodide, and sets Python's variables to the copies. */
export function showCertificates(pyodide: PyodideAPI, environment: NodeJS.ProcessEnv = process.env): void {
  const shown: Record<string, string> = {};
  for (const name of NAMES) {
    const content = read(environment[name]);
    if (content === undefined) continue;
    shown[name] = `${FOLDER}/${name.toLowerCase()}.pem`;
    pyodide.FS.mkdirTree(FOLDER);
    pyodide.FS.writeFile(shown[name], content);
  }
  if (Object.keys(shown).length === 0) return;
  const variables = pyodide.toPy(shown);
  pyodide.runPython("import os; os.environ.update(shown)", { globals: pyodide.toPy({ shown: variables }) });
}

function read(path: string | undefined): Uint8Array | undefined {
  try {
    return path ? new Uint8Array(readFileSync(path)) : undefined;
  } catch {
    // It is absent or a folder. Python uses its own list of authorities.
    return undefined;
  }
}
