// Create and change elements without innerHTML.

/** Creates an element. Attributes of null or false are left out; children that are strings become text. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string | boolean | null>> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

/** Sets the text if it differs: screen readers announce every change. */
export function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}
