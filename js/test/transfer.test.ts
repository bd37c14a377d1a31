import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test, type TestContext } from "node:test";
import { setImmediate, setTimeout } from "node:timers/promises";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";

import { beginEarly, dropEarly, transfer } from "../src/host/early.ts";

const NOWHERE = "http://nowhere.test/";
const INIT = JSON.stringify({ headers: { Accept: "text/x-test" } });

const servers: Server[] = [];

after(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/**
 * Answers the test's requests with the body of `source`, under a stopped clock. Returns a function that advances the
 * clock by milliseconds, after all pending work is done.
 */
function answerTimeless(context: TestContext, source: UnderlyingDefaultSource<Uint8Array>): (passed: number) => Promise<void> {
  let now = 0;
  context.mock.timers.enable({ apis: ["setTimeout"] });
  context.mock.method(performance, "now", () => now);
  context.mock.method(globalThis, "fetch", async (_: string, { signal }: { signal: AbortSignal }) => {
    const start = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      signal.addEventListener("abort", () => controller.error(signal.reason));
      source.start?.(controller);
    };
    return new Response(new ReadableStream({ ...source, start }));
  });
  return async (passed) => {
    await setImmediate();
    now += passed;
    context.mock.timers.tick(passed);
    await setImmediate();
  };
}

function begin(url: string, patience: object = {}, wishes: object = {}) {
  return transfer(url, INIT, JSON.stringify(patience), JSON.stringify(wishes));
}

test("a response has its body, selected headers and its hash", async () => {
  const content = Buffer.alloc(300_000, "wherry");
  const url = await serve((request, response) => {
    assert.equal(request.headers.accept, "text/x-test");
    response.writeHead(203, { "content-type": "text/x-test", "x-other": "1" }).end(content);
  });
  for (const size of [null, content.length, 10, 2 ** 40]) {
    const answer = await begin(url, {}, { size, wantsHash: true }).answer;
    assert.equal(answer.status, 203);
    assert.equal(answer.url, url);
    assert.deepEqual(Buffer.from(answer.body), content);
    assert.equal(answer.sha256, createHash("sha256").update(content).digest("hex"));
    const headers = JSON.parse(answer.headers);
    assert.equal(headers["content-type"], "text/x-test");
    assert.ok(!("x-other" in headers));
  }
});

test("a transfer counts the received bytes", async () => {
  let finish = () => {};
  const url = await serve((_, response) => {
    response.write(Buffer.alloc(1000));
    finish = () => response.end(Buffer.alloc(500));
  });
  const running = begin(url);
  while (running.received < 1000) await setTimeout(5);
  assert.equal(running.received, 1000);
  finish();
  await running.answer;
  assert.equal(running.received, 1500);
});

test("bodies of errors, and web pages in place of archives, do not count as received", async () => {
  const answers: [status: number, type: string, wishes: object, received: number][] = [
    [404, "text/plain", { wantsHash: true }, 0],
    [500, "application/zip", {}, 0],
    [200, "text/html; charset=utf-8", { wantsHash: true }, 0],
    [200, "text/html", {}, 1000],
    [200, "application/zip", { wantsHash: true }, 1000],
  ];
  for (const [status, type, wishes, received] of answers) {
    const url = await serve((_, response) => response.writeHead(status, { "Content-Type": type }).end(Buffer.alloc(1000)));
    const running = begin(url, {}, wishes);
    assert.equal((await running.answer).body.length, 1000);
    assert.equal(running.received, received, `${status} ${type}`);
  }
});

test("the hash is only computed on request", async () => {
  const url = await serve((_, response) => response.end("short"));
  assert.equal((await begin(url).answer).sha256, "");
});

test("an answer without a body is empty", async () => {
  const url = await serve((_, response) => response.writeHead(204).end());
  assert.equal((await begin(url).answer).body.length, 0);
});

for (const [patience, complaint, answer] of [
  [{ answer: 0.05 }, "no answer began within 0.05 seconds", () => {}],
  [{ idle: 0.05 }, "nothing more came for 0.05 seconds", (_, response) => response.write("begun")],
  [{ total: 0.05 }, "it was not complete after 0.05 seconds", (_, response) => response.write("begun")],
] as [object, string, RequestListener][]) {
  test(`a transfer expires: ${complaint}`, async () => {
    const running = begin(await serve(answer), patience);
    await assert.rejects(running.answer);
    assert.equal(running.expired, complaint);
  });
}

for (const ends of [true, false]) {
  test(`a slow but steady body ${ends ? "arrives" : "that stops expires"}`, async (context) => {
    let body!: ReadableStreamDefaultController<Uint8Array>;
    const pass = answerTimeless(context, { start: (controller) => void (body = controller) });
    const running = begin(NOWHERE, { idle: 0.5 });
    for (let piece = 0; piece < 12; piece++) {
      await pass(499);
      body.enqueue(Buffer.from("piece"));
    }
    if (ends) body.close();
    await pass(500);
    assert.equal(running.expired, ends ? "" : "nothing more came for 0.5 seconds");
    if (ends) assert.equal((await running.answer).body.length, 60);
    else await assert.rejects(running.answer);
  });
}

test("an aborted transfer closes the connection, and is not reported as expired", async () => {
  let closed: Promise<unknown> | undefined;
  const url = await serve((_, response) => {
    closed = once(response, "close");
    response.write("begun");
  });
  const running = begin(url, { idle: 60 });
  while (!running.hasBegun) await setTimeout(5);
  running.abort();
  await assert.rejects(running.answer, { name: "AbortError" });
  await closed;
  assert.equal(running.expired, "");
});

test("a missing server rejects before the response begins", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  const running = begin(`http://127.0.0.1:${port}/`);
  await assert.rejects(running.answer, TypeError);
  assert.equal(running.hasBegun, false);
});

test("a held transfer pauses without a time limit until it is released", async (context) => {
  const size = 65_536;
  let asked = 0;
  const pass = answerTimeless(context, {
    pull(body) {
      body.enqueue(Buffer.alloc(size));
      if (++asked === 400) body.close();
    },
  });
  const running = begin(NOWHERE, { idle: 0.3 }, { holdAt: 100_000 });
  await pass(3_600_000);
  assert.equal(running.received, 2 * size);
  assert.ok(asked < 10, `${asked} pieces were asked for`);
  running.release();
  assert.equal((await running.answer).body.length, 400 * size);
});

test("a transfer that is released early does not pause", async () => {
  const url = await serve((_, response) => response.end(Buffer.alloc(300_000)));
  const running = begin(url, {}, { holdAt: 1 });
  running.release();
  assert.equal((await running.answer).body.length, 300_000);
});

test("an early transfer is used once, by an identical request", async () => {
  let requests = 0;
  const url = await serve((_, response) => response.end(String(++requests)));
  const text = async (running: ReturnType<typeof begin>) => new TextDecoder().decode((await running.answer).body);
  beginEarly(url, INIT, "{}");
  beginEarly(url, INIT, "{}");
  assert.equal(await text(begin(url, { total: 9 })), "2");
  assert.equal(await text(begin(url)), "1");
  assert.equal(await text(begin(url)), "3");
});

test("an early transfer that is not used can be cancelled", async () => {
  let closed: Promise<unknown> | undefined;
  const url = await serve((_, response) => {
    closed = once(response, "close");
    response.write("begun");
  });
  beginEarly(url, INIT, "{}");
  while (!closed) await setTimeout(5);
  dropEarly(url, INIT, "{}");
  dropEarly(url, INIT, "{}");
  await closed;
});

/** Answers with pieces until the connection is closed. Returns the URL, and the number of pieces written by then. */
async function serveEndlessly(piece: Buffer, headers: Record<string, string> = {}, status = 200) {
  let close = (_: number) => {};
  const closed = new Promise<number>((resolve) => (close = resolve));
  const url = await serve((_, response) => {
    let written = 0;
    const write = () => {
      while (!response.closed && response.write(piece)) written++;
    };
    response.writeHead(status, headers).on("drain", write).on("close", () => close(written));
    write();
  });
  return { url, closed };
}

test("a body beyond the limit is cut, and the connection is closed", async () => {
  const { url, closed } = await serveEndlessly(Buffer.alloc(100_000, "<html>"), { "content-type": "text/html" });
  const running = begin(url, { idle: 60 }, { limit: 1_000_000, wantsHash: true });
  const answer = await running.answer;
  assert.equal(answer.hasMore, true);
  assert.equal(answer.sha256, "");
  assert.match(Buffer.from(answer.body).toString(), /^(<html>)+/);
  assert.ok(answer.body.length < 2000 && running.received < 1_200_000);
  assert.ok(await closed < 500);
  assert.equal(running.expired, "");
});

test("a compressed body that expands beyond the limit is cut", async () => {
  const spaces = Buffer.alloc(2 ** 22, " ");
  for (const [encoding, bomb] of [["gzip", gzipSync(spaces)], ["deflate", deflateSync(spaces)], ["br", brotliCompressSync(spaces)]] as const) {
    const url = await serve((_, response) => response.writeHead(200, { "content-encoding": encoding }).end(bomb));
    const running = begin(url, {}, { limit: 1_000_000 });
    assert.equal((await running.answer).hasMore, true);
    assert.ok(running.received < 2_000_000, `${running.received} bytes of ${encoding}`);
  }
});

test("a body of exactly the limit is complete", async () => {
  const url = await serve((_, response) => response.end(Buffer.alloc(300_000)));
  for (const [limit, hasMore] of [[300_000, false], [299_999, true], [0, true]] as const) {
    assert.equal((await begin(url, {}, { limit }).answer).hasMore, hasMore);
  }
});

test("a body announced beyond the limit is not awaited", async () => {
  const url = await serve((_, response) => {
    response.writeHead(200, { "content-length": 2 ** 40 }).write("<html>");
  });
  const answer = await begin(url, {}, { limit: 1_000_000 }).answer;
  assert.equal(answer.hasMore, true);
  assert.equal(Buffer.from(answer.body).toString(), "<html>");
});

test("only the beginning of an error's body is read", async () => {
  const { url, closed } = await serveEndlessly(Buffer.alloc(10_000), {}, 404);
  const answer = await begin(url, { idle: 60 }, { limit: null }).answer;
  assert.equal(answer.status, 404);
  assert.equal(answer.hasMore, false);
  await closed;
});

test("an early transfer has its limit", async () => {
  const { url } = await serveEndlessly(Buffer.alloc(10_000));
  beginEarly(url, INIT, "{}", JSON.stringify({ limit: 100_000 }));
  assert.equal((await begin(url).answer).hasMore, true);
});

test("many small pieces are joined in order", async (context) => {
  let left = 8_000;
  answerTimeless(context, {
    pull(body) {
      for (let piece = 0; piece < 1000; piece++) body.enqueue(new Uint8Array(2).fill(left % 256));
      if ((left -= 1000) === 0) body.close();
    },
  });
  const running = begin(NOWHERE);
  const content = (await running.answer).body;
  assert.equal(content.length, 16_000);
  assert.deepEqual(content.slice(1999, 2001), new Uint8Array([8_000 % 256, 7_000 % 256]));
});

const JSON_PAGE = JSON.stringify({ meta: { "api-version": "1.0" }, name: "a", files: [{ filename: "a-1.tar.gz", url: "a" }] });

for (const [type, text, limit, kept] of [
  ["text/html", "page", null, ["page"]],
  ["application/vnd.pypi.simple.v1+json", JSON_PAGE, null, [JSON_PAGE]],
  ["text/html", "page", 3, []],
] as const) {
  test(`what keeps a ${type} response receives its body if it is complete: limit ${limit}`, async () => {
    const received: string[] = [];
    const keep = (_: number, body: () => Uint8Array) => received.push(new TextDecoder().decode(body()));
    const get = async () => Object.assign(new Response(text, { headers: { "Content-Type": type } }), { keep, note: "old" });
    const { note, hasMore, listing } = await transfer(NOWHERE, INIT, "{}", JSON.stringify({ limit }), get).answer;
    assert.deepEqual([received, note, hasMore, listing !== undefined], [kept, "old", limit !== null, text === JSON_PAGE]);
  });
}
