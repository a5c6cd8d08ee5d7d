import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { runs } from '../../src/index.js';
import { crc32c, maskedCrc32c } from '../../src/runs/tensorboard/crc32c.js';
import { scalarsRecord, versionRecord } from '../../src/runs/tensorboard/event-records.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';

test('checksums are those of RFC 3720', () => {
  const ascending = Uint8Array.from({ length: 32 }, (_, i) => i);
  assert.equal(crc32c(new TextEncoder().encode('123456789')), 0xe3069283);
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assert.equal(crc32c(new Uint8Array(32).fill(255)), 0x62a8ab43);
  assert.equal(crc32c(ascending), 0x46dd794e);
  assert.equal(crc32c(ascending.toReversed()), 0x113fdb5c);
});

test('a file begins as TensorBoard’s own do', () => {
  const bytes = versionRecord(0);
  // 24 bytes with the masked checksum of that length, as in any event file
  assert.deepEqual([...bytes.subarray(0, 12)], [24, 0, 0, 0, 0, 0, 0, 0, 0xa3, 0x7f, 0x4b, 0x22]);
  assert.equal(bytes.length, 8 + 4 + 24 + 4);
  assert.equal(Buffer.from(bytes.subarray(23, 36)).toString(), 'brain.Event:2');
});

interface Event {
  readonly step: number;
  readonly scalars: Readonly<Record<string, number>>;
}

/** The fields of a protocol buffer, in order: numbers and bytes. */
function* fields(bytes: Buffer): Generator<readonly [field: number, value: number | Buffer]> {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const form = key & 7;
    if (form === 0) yield [key >> 3, varint()];
    else {
      const length = form === 1 ? 8 : form === 5 ? 4 : varint();
      const content = bytes.subarray(at, at + length);
      at += length;
      if (form === 1) yield [key >> 3, content.readDoubleLE()];
      else yield [key >> 3, form === 5 ? content.readFloatLE() : content];
    }
  }
}

function read(file: Buffer): Event[] {
  const events: Event[] = [];
  for (let at = 0; at < file.length; ) {
    const length = file.readUInt32LE(at);
    assert.equal(file.readUInt32LE(at + 8), maskedCrc32c(file.subarray(at, at + 8)));
    const body = file.subarray(at + 12, at + 12 + length);
    assert.equal(file.readUInt32LE(at + 12 + length), maskedCrc32c(body));
    at += 16 + length;
    const event = new Map(fields(body));
    const scalars: Record<string, number> = {};
    for (const [, value] of fields((event.get(5) as Buffer | undefined) ?? Buffer.of())) {
      const parts = new Map(fields(value as Buffer));
      scalars[String(parts.get(1))] = parts.get(2) as number;
    }
    events.push({ step: (event.get(2) as number | undefined) ?? 0, scalars });
  }
  return events;
}

test('scalars are read back, of large steps, too', () => {
  const file = Buffer.from(scalarsRecord(1.5, 5_000_000_000, { 'loss/step': 0.25, é: -1 }));
  assert.deepEqual(read(file), [{ step: 5_000_000_000, scalars: { 'loss/step': 0.25, é: -1 } }]);
});

test('a training writes its steps and epochs', async (t) => {
  const out = join(await temporaryFolder(t), 'run');
  const { summary } = await runs.train('digits', {
    data: { limit: 60 },
    batchSize: 20,
    epochs: 2,
    seed: 1,
    loader: { workers: 0 },
    report: false,
    tensorboard: true,
    out,
  });
  const [name = ''] = (await readdir(out)).filter((file) =>
    file.startsWith('events.out.tfevents.'),
  );
  const events = read(await readFile(join(out, name)));
  assert.deepEqual(
    events.map(({ step }) => step),
    [0, 1, 2, 3, 3, 4, 5, 6, 6],
  );
  const scalars = events.at(-1)?.scalars ?? {};
  assert.equal(scalars['accuracy/test'], Math.fround(summary.last?.heldOut.accuracy ?? 0));
  assert.equal(scalars['loss/train'], Math.fround(summary.last?.train.loss ?? 0));
});
