/** Streams end with what they tell of, however that ends. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Visit } from '../../src/serve/shell/route.js';
import { eventStream, type ServerEvent } from '../../src/ui/event-stream.js';

const never = new AbortController().signal;
const visit = { signal: never, closing: never } as Visit; // what a stream needs of it

function opened(events: (signal: AbortSignal) => AsyncGenerator<ServerEvent | null>) {
  const { body } = eventStream(visit, events);
  assert.ok(body instanceof ReadableStream);
  return body;
}

/** More than may be open at once. */
const many = 100;

test('a stream that fails or ends makes room for others, and what it watches is let go', async () => {
  const signals: AbortSignal[] = [];
  for (let n = 0; n < many; n++) {
    const failing = opened(async function* (signal) {
      signals.push(signal);
      yield null;
      throw new Error('the disk is gone');
    });
    await assert.rejects(new Response(failing).text(), /the disk is gone/);
    const ending = opened(async function* (signal) {
      signals.push(signal);
      yield { event: 'row', data: null };
    });
    assert.match(await new Response(ending).text(), /^event: row\ndata: null$/m);
  }
  assert.equal(signals.length, 2 * many);
  assert.ok(signals.every(({ aborted }) => aborted));
});

test('a stream ends when its server is about to', { timeout: 10_000 }, async () => {
  const closing = new AbortController();
  const { body } = eventStream(
    { signal: never, closing: closing.signal } as Visit,
    async function* (signal) {
      while (!signal.aborted) {
        yield { event: 'rows', data: [] };
        closing.abort();
      }
    },
  );
  assert.ok(body instanceof ReadableStream);
  assert.match(await new Response(body).text(), /^event: rows$/m);
});

test('so many are open at once; who goes makes room', async () => {
  const open: ReadableStreamDefaultReader<Uint8Array>[] = [];
  const one = async () => {
    const body = opened(async function* () {
      for (;;) yield { event: 'rows', data: [] };
    });
    const reader = body.getReader();
    for (let n = 0; n < 2; n++) await reader.read();
    open.push(reader);
  };
  await assert.rejects(
    async () => {
      while (open.length < many) await one();
    },
    { status: 503, headers: { 'retry-after': '5' } },
  );
  await open.pop()?.cancel();
  await one();
  for (const reader of open) await reader.cancel();
});
