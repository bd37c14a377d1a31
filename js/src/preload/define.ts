import { PreloadElement } from "./element.ts";

declare global {
  interface HTMLElementTagNameMap {
    "wherry-preload": PreloadElement;
  }
}

// A server that renders pages has no registry.
const elements = globalThis.customElements;
if (elements && !elements.get("wherry-preload")) elements.define("wherry-preload", PreloadElement);

export { PreloadElement };
