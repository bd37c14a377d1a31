import { readdirSync } from "node:fs";
import { posix } from "node:path";
import type { PyodideAPI } from "pyodide";

/** Where a folder is mounted whose own path Pyodide needs for itself. */
const ASIDE = "/mnt/host";

/** Folders of Python's prefix, which is the root: packages are installed there, and the host's own must not be. */
const PREFIX = new Set(["bin", "include", "lib", "share"]);

/**
 * Returns the path that a host path has inside Pyodide: the same, or `/c/users` for `C:\users`.
 */
export function virtualPath(hostPath: string): string {
  const drive = /^([A-Za-z]):[\\/]/.exec(hostPath);
  if (drive?.[1] === undefined) return hostPath;
  return posix.join("/", drive[1].toLowerCase(), hostPath.slice(2).replaceAll("\\", "/"));
}

/** Shows host folders at their own paths inside Pyodide, without hiding what is there already. */
export function showFolders(pyodide: PyodideAPI, folders: readonly string[]): void {
  // Outer folders first: they bring the inner ones along.
  for (const folder of [...new Set(folders)].sort((a, b) => a.length - b.length)) {
    const place = virtualPath(folder);
    if (isHosts(pyodide, place)) continue;
    if (isFree(pyodide, place)) pyodide.mountNodeFS(place, folder);
    else showEntries(pyodide, folder, place);
  }
}

function isHosts({ FS }: PyodideAPI, place: string): boolean {
  if (!FS.analyzePath(place, false).exists) return false;
  return FS.lookupPath(place, { follow: true }).node.mount.type === FS.filesystems.NODEFS;
}

function isFree({ FS }: PyodideAPI, place: string): boolean {
  return !FS.analyzePath(place, false).exists || FS.readdir(place).length <= 2; // "." and ".."
}

/** For `/` and the like: what is new there is linked in, one by one; what Pyodide has of the same name stays. */
function showEntries(pyodide: PyodideAPI, folder: string, place: string): void {
  const aside = posix.resolve(ASIDE, `.${place}`);
  pyodide.mountNodeFS(aside, folder);
  for (const name of readdirSync(folder)) {
    if (place === "/" && PREFIX.has(name)) continue;
    const link = posix.join(place, name);
    if (!pyodide.FS.analyzePath(link, true).exists) pyodide.FS.symlink(posix.join(aside, name), link);
  }
}
