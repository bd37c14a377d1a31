import { visit } from "./visit.js";

self.onmessage = async ({ data }) => postMessage(await visit(data));
