import { PreloadElement } from "./element.ts";

declare global {
  interface HTMLElementTagNameMap {
    "wherry-preload": PreloadElement;
  }
}

// Absent on servers that render pages.
const elements = globalThis.customElements;
if (elements && !elements.get("wherry-preload")) elements.define("wherry-preload", PreloadElement);

export { PreloadElement };
