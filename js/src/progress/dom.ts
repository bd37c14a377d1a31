// A word for what every view does: elements without innerHTML.

/** Makes an element with these attributes (what is null or false is left out) and children; strings become text. */
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

/** Sets the text unless it is there already: a screen reader hears of every change. */
export function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}
