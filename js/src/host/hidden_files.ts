/** A file or folder of MEMFS, as far as it matters here; none of it is public. */
interface Node {
  contents?: object | null;
  mode: number;
  mounted?: { root: Node } | null;
}

interface FileSystem {
  isDir(mode: number): boolean;
  lookupPath(path: string): { node: Node };
  lookupNode(folder: Node, name: string): Node;
}

const NAME = "__proto__";

/**
 * Lets files and folders named `__proto__` be seen, which others have unpacked: MEMFS keeps what a folder has in an object,
 * where this name sets the prototype. Such a file is in no listing, and its folder cannot be removed.
 */
export function showHidden(runtime: object): void {
  const files = (runtime as { FS: FileSystem }).FS;
  const nodes = [files.lookupPath("/").node];
  for (const found of nodes) {
    const folder = found.mounted?.root ?? found;
    const { contents } = folder;
    if (!files.isDir(folder.mode) || !contents) continue;
    if (Object.getPrototypeOf(contents) !== Object.prototype && Object.getPrototypeOf(contents) !== null) {
      Object.setPrototypeOf(contents, null);
      try {
        // Found by its path, it is still there. Without a prototype the name is one like others.
        (contents as Record<string, Node>)[NAME] = files.lookupNode(folder, NAME);
      } catch {
        // It has been deleted.
      }
    }
    for (const node of Object.values(contents)) if (files.isDir(node.mode)) nodes.push(node);
  }
}
