// PNG files made smaller, with the same pixels.
import { crc32, inflateSync } from "node:zlib";
import { zlibAsync } from "@gfx/zopfli";

const SIGNATURE = 8;

/** Returns `png` with its pixels compressed by Zopfli, which takes seconds. */
export async function recompress(png: Uint8Array): Promise<Uint8Array> {
  const chunks = chunksOf(Buffer.from(png));
  const pixels = inflateSync(Buffer.concat(chunks.filter(({ type }) => type === "IDAT").map(({ content }) => content)));
  const smaller = chunk("IDAT", await zlibAsync(pixels, { numiterations: 15 }));
  const first = chunks.findIndex(({ type }) => type === "IDAT");
  const parts = chunks.flatMap(({ type, content }, place) => {
    if (type === "IDAT") return place === first ? [smaller] : [];
    return [chunk(type, content)];
  });
  return Buffer.concat([png.subarray(0, SIGNATURE), ...parts]);
}

interface Chunk {
  type: string;
  content: Buffer;
}

/** A chunk is the length of its content, its type, the content and a checksum of the last two. */
function chunksOf(png: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let start = SIGNATURE; start < png.length; ) {
    const end = start + 8 + png.readUInt32BE(start);
    chunks.push({ type: png.toString("latin1", start + 4, start + 8), content: png.subarray(start + 8, end) });
    start = end + 4;
  }
  return chunks;
}

function chunk(type: string, content: Uint8Array): Buffer {
  const [length, sum, body] = [Buffer.alloc(4), Buffer.alloc(4), Buffer.concat([Buffer.from(type, "latin1"), content])];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
