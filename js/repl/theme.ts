// The terminal's colours. page.css has those of the page.
import type { ITheme } from "@xterm/xterm";

export const LIGHT: ITheme = {
  background: "#ffffff",
  foreground: "#17211f",
  cursor: "#0b756f",
  cursorAccent: "#ffffff",
  selectionBackground: "#bfe3df",
  red: "#a8271c",
  green: "#2f6d1e",
  magenta: "#83389b",
  cyan: "#0b6a8a",
  blue: "#0b756f",
  brightBlack: "#66736f",
};

export const DARK: ITheme = {
  background: "#12191b",
  foreground: "#dde6e4",
  cursor: "#5bc8bd",
  cursorAccent: "#12191b",
  selectionBackground: "#24504c",
  red: "#ff9c8f",
  green: "#a5d28c",
  magenta: "#d9a6ec",
  cyan: "#86c9e8",
  blue: "#5bc8bd",
  brightBlack: "#8b9996",
};
