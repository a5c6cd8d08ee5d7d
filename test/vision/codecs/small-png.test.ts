/** Small PNGs are decoded as sharp decodes them, or left to it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { Rng } from '../../../src/core/rng.js';
import { readImageHeader } from '../../../src/vision/codecs/header.js';
import { decodeWithSharp, encodePng } from '../../../src/vision/codecs/sharp.js';
import { decodeSmallPng } from '../../../src/vision/codecs/small-png.js';
import { type Channels, Image } from '../../../src/vision/image.js';

function chunk(type: string, data: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(type), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}

interface Parts {
  readonly height?: number;
  readonly width?: number;
  /** 0 grey, 2 RGB, 4 and 6 the same with alpha. */
  readonly color?: number;
  readonly bits?: number;
  readonly interlace?: number;
  /** Each row with its filter before it. @default random bytes, all five filters in turn */
  readonly rows?: Uint8Array;
  readonly before?: readonly Buffer[];
  readonly pieces?: number;
}

const sizes: Readonly<Record<number, number>> = { 0: 1, 2: 3, 4: 2, 6: 4 };
const rng = new Rng(5);

function randomRows(height: number, width: number, size: number): Uint8Array {
  const rows = Uint8Array.from({ length: height * (1 + width * size) }, () => rng.int(256));
  for (let y = 0; y < height; y++) rows[y * (1 + width * size)] = (y + 4) % 5;
  return rows;
}

function png({ height = 7, width = 5, color = 0, bits = 8, interlace = 0, ...more }: Parts = {}) {
  const { before = [], pieces = 1 } = more;
  const rows = more.rows ?? randomRows(height, width, sizes[color] ?? 1);
  const start = Buffer.alloc(13);
  start.writeUInt32BE(width, 0);
  start.writeUInt32BE(height, 4);
  start.set([bits, color, 0, 0, interlace], 8);
  const packed = deflateSync(rows);
  const cuts = Array.from({ length: pieces + 1 }, (_, k) =>
    Math.round((k * packed.length) / pieces),
  );
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', start),
    ...before,
    ...cuts.slice(1).map((cut, k) => chunk('IDAT', packed.subarray(cuts[k], cut))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function small(bytes: Uint8Array): Image | null {
  const header = readImageHeader(bytes);
  return header === null ? null : decodeSmallPng(bytes, header);
}

async function bySharp(bytes: Uint8Array): Promise<Image> {
  return await decodeWithSharp(bytes, readImageHeader(bytes) ?? assert.fail(), 1e6, null);
}

test('all kinds of pixels, filters and cuts give what sharp gives', async () => {
  for (const color of [0, 2, 4, 6])
    for (const [height, width, pieces] of [
      [1, 1, 1],
      [11, 6, 1],
      [64, 64, 3],
    ] as const) {
      const bytes = png({ height, width, color, pieces });
      assert.deepEqual(small(bytes), await bySharp(bytes), `${color} ${height}×${width}`);
    }
});

test('what sharp has written', async () => {
  for (const channels of [1, 3] as Channels[]) {
    const data = Uint8Array.from({ length: 28 * 30 * channels }, () => rng.int(256) >> 3);
    const image = new Image(28, 30, channels, data);
    assert.deepEqual(small(await encodePng(image)), image);
    const raw = { raw: { height: 28, width: 30, channels } };
    const filtered = await sharp(data, raw).png({ adaptiveFiltering: true }).toBuffer();
    assert.deepEqual(small(filtered), await bySharp(filtered));
  }
});

test('what is not small and plain is left to sharp, which reads it', async () => {
  const palette = chunk('PLTE', Uint8Array.of(1, 2, 3, 4, 5, 6));
  const pixels = Uint8Array.from({ length: 7 * 6 }, (_, i) => (i % 6 === 0 ? 0 : i % 2));
  const left: Readonly<Record<string, Buffer>> = {
    large: png({ height: 64, width: 65 }),
    'of 16 bits': png({ bits: 16, width: 5, rows: randomRows(7, 10, 1) }),
    interlaced: await sharp(pixels, { raw: { height: 7, width: 6, channels: 1 } })
      .png({ progressive: true })
      .toBuffer(),
    'with a palette': png({ color: 3, rows: pixels, before: [palette] }),
    'with alpha by colour': png({ before: [chunk('tRNS', Uint8Array.of(0, 7))] }),
  };
  for (const [what, bytes] of Object.entries(left)) {
    assert.equal(small(bytes), null, what);
    assert.ok((await bySharp(bytes)).data.length > 0, what);
  }
});

test('what is not sound is left to sharp, which says so', async () => {
  const sound = png();
  for (let cut = 34; cut < sound.length; cut++) assert.equal(small(sound.subarray(0, cut)), null);
  for (let at = 29; at < sound.length; at++) {
    const bytes = Buffer.from(sound);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    assert.equal(small(bytes), null, `byte ${at}`);
  }
  const [few, many] = [randomRows(6, 5, 1), randomRows(8, 5, 1)];
  for (const rows of [few, many]) assert.equal(small(png({ rows })), null);
  const filter = randomRows(7, 5, 1);
  filter[6] = 5;
  assert.equal(small(png({ rows: filter })), null, 'a filter that there is not');
});
