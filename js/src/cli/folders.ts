import { readdirSync } from "node:fs";
import { posix } from "node:path";
import type { PyodideAPI } from "pyodide";

/** The mount point of folders whose own path Pyodide uses itself. */
const ASIDE = "/mnt/host";

/** Folders of Python's prefix, which is `/`. Packages are installed there, not in the host's folders of these names. */
const PREFIX = new Set(["bin", "include", "lib", "share"]);

/**
 * Returns the path of a host path inside Pyodide: the same, or `/c/users` for `C:\users`.
 */
export function virtualPath(hostPath: string): string {
  const drive = /^([A-Za-z]):[\\/]/.exec(hostPath);
  if (drive?.[1] === undefined) return hostPath;
  return posix.join("/", drive[1].toLowerCase(), hostPath.slice(2).replaceAll("\\", "/"));
}

/** Mounts host folders at their own paths inside Pyodide, without hiding existing files. */
export function showFolders(pyodide: PyodideAPI, folders: readonly string[]): void {
  // Outer folders come first, and contain the inner ones.
  for (const folder of [...new Set(folders)].sort((a, b) => a.length - b.length)) {
    const path = virtualPath(folder);
    if (isHosts(pyodide, path)) continue;
    if (isFree(pyodide, path)) pyodide.mountNodeFS(path, folder);
    else showEntries(pyodide, folder, path);
  }
}

function isHosts({ FS }: PyodideAPI, path: string): boolean {
  if (!FS.analyzePath(path, false).exists) return false;
  return FS.lookupPath(path, { follow: true }).node.mount.type === FS.filesystems.NODEFS;
}

function isFree({ FS }: PyodideAPI, path: string): boolean {
  return !FS.analyzePath(path, false).exists || FS.readdir(path).length <= 2; // "." and ".."
}

/** Links the entries of a folder one by one, for folders such as `/`. Entries that Pyodide has are kept. */
function showEntries(pyodide: PyodideAPI, folder: string, path: string): void {
  const aside = posix.resolve(ASIDE, `.${path}`);
  pyodide.mountNodeFS(aside, folder);
  for (const name of readdirSync(folder)) {
    if (path === "/" && PREFIX.has(name)) continue;
    const link = posix.join(path, name);
    if (!pyodide.FS.analyzePath(link, true).exists) pyodide.FS.symlink(posix.join(aside, name), link);
  }
}
