import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp, { type JpegOptions } from 'sharp';
import { decodeJpeg } from '../../../src/vision/codecs/jpeg/decode.js';
import { sourceSha256 } from '../../../src/vision/codecs/jpeg/kernels.js';
import { type Channels, Image } from '../../../src/vision/image.js';
import { Resize } from '../../../src/vision/transforms/resize.js';
import { picture, repository } from '../transforms/goldens.js';

const photo = picture('rgb');
const layout = ({ height, width, channels }: Image) => ({ raw: { height, width, channels } });

async function encode(height: number, width: number, options: JpegOptions): Promise<Buffer> {
  const image = new Resize([height, width]).source(photo).read();
  return sharp(image.data, layout(image)).jpeg(options).toBuffer();
}

async function bySharp(bytes: Uint8Array): Promise<Image> {
  const pipeline = sharp(bytes, { ignoreIcc: true });
  const grey = (await pipeline.metadata()).channels === 1;
  const { data, info } = await pipeline
    .toColourspace(grey ? 'b-w' : 'srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return new Image(info.height, info.width, info.channels as Channels, new Uint8Array(data));
}

async function assertSame(bytes: Uint8Array, what: string): Promise<void> {
  const image = decodeJpeg(bytes);
  assert.ok(image !== null, `${what}: not decoded`);
  assert.deepEqual(image, await bySharp(bytes), what);
}

test('pixels are libjpeg’s, bit for bit, at any size, quality and chroma sampling', async () => {
  for (const [height, width] of [
    [7, 5],
    [16, 16],
    [33, 17],
    [64, 63],
    [31, 100],
  ] as const)
    for (const chromaSubsampling of ['4:4:4', '4:2:0'])
      for (const quality of [20, 75, 100]) {
        const options = { chromaSubsampling, quality, optimiseCoding: quality !== 75 };
        const bytes = await encode(height, width, options);
        await assertSame(bytes, `${height}×${width}, ${JSON.stringify(options)}`);
      }
});

test('grey pictures have one channel', async () => {
  const grey = picture('grey');
  const bytes = await sharp(grey.data, layout(grey)).toColourspace('b-w').jpeg().toBuffer();
  assert.equal(decodeJpeg(bytes)?.channels, 1);
  await assertSame(bytes, 'grey');
});

/** A segment of a JPEG. */
const segment = (marker: number, bytes: readonly number[]) => [
  0xff,
  marker,
  (bytes.length + 2) >> 8,
  (bytes.length + 2) & 255,
  ...bytes,
];

/** A grey JPEG of 8-pixel blocks in one row, each of one level; a restart marker after every `interval` blocks. */
function flatBlocks(differences: readonly number[], interval: number): Uint8Array {
  const data: number[] = [];
  let bits = '';
  const flush = () => {
    bits = bits.padEnd(Math.ceil(bits.length / 8) * 8, '1');
    for (let i = 0; i < bits.length; i += 8) {
      const byte = Number.parseInt(bits.slice(i, i + 8), 2);
      data.push(byte, ...(byte === 0xff ? [0] : []));
    }
    bits = '';
  };
  for (const [i, difference] of differences.entries()) {
    if (i > 0 && i % interval === 0) {
      flush();
      data.push(0xff, 0xd0 + ((i / interval - 1) % 8));
    }
    // Code of 4 bits: the number of bits; then the difference; then the end of the block, a code of one bit.
    const size = difference === 0 ? 0 : Math.floor(Math.log2(Math.abs(difference))) + 1;
    const value = difference < 0 ? difference + 2 ** size - 1 : difference;
    bits += size.toString(2).padStart(4, '0');
    if (size > 0) bits += value.toString(2).padStart(size, '0');
    bits += '0';
  }
  flush();
  const width = differences.length * 8;
  return Uint8Array.from([
    ...[0xff, 0xd8],
    ...segment(0xdb, [0, ...new Array<number>(64).fill(8)]),
    ...segment(0xc0, [8, 0, 8, width >> 8, width & 255, 1, 1, 0x11, 0]),
    ...segment(0xc4, [0x00, 0, 0, 0, 12, ...new Array<number>(12).fill(0), ...Array(12).keys()]),
    ...segment(0xc4, [0x10, 1, ...new Array<number>(15).fill(0), 0]),
    ...segment(0xdd, [interval >> 8, interval & 255]),
    ...segment(0xda, [1, 1, 0, 0, 63, 0]),
    ...data,
    ...[0xff, 0xd9],
  ]);
}

test('restart markers are followed, and their absence is noticed', async () => {
  const differences = Array.from({ length: 40 }, (_, i) => ((i * 29) % 61) - 30);
  for (const interval of [1, 3, 7, 39]) {
    const bytes = flatBlocks(differences, interval);
    await assertSame(bytes, `every ${interval}`);
    const image = decodeJpeg(bytes);
    assert.equal(image?.data[0], 128 + (differences[0] ?? 0));
    // The first block after a restart counts from 0 again.
    assert.equal(image?.data[interval * 8], 128 + (differences[interval] ?? 0));
    const at = bytes.findIndex((b, i) => b === 0xff && bytes[i + 1] === 0xd0);
    const wrong = bytes.slice();
    wrong[at + 1] = 0xd5;
    assert.equal(decodeJpeg(wrong), null);
  }
});

test('other kinds of JPEG are left to others', async () => {
  assert.equal(decodeJpeg(await encode(20, 20, { progressive: true })), null);
  const cmyk = sharp(photo.data, layout(photo)).toColourspace('cmyk').jpeg();
  assert.equal(decodeJpeg(await cmyk.toBuffer()), null);
  const plain = await encode(20, 20, {});
  const frame = plain.findIndex((b, i) => b === 0xff && plain[i + 1] === 0xc0);
  for (const [offset, value] of [
    [4, 12], // bits per sample
    [11, 0x41], // sampling of luma
    [11, 0x12],
    [5, 0], // height, upper byte
  ] as const) {
    const changed = Uint8Array.from(plain);
    changed[frame + offset] = value;
    if (offset === 5) changed[frame + 6] = 0;
    assert.equal(decodeJpeg(changed), null, `byte ${offset}: ${value}`);
  }
});

test('a cut-off file is noticed wherever it is cut', async () => {
  const bytes = await encode(40, 40, { quality: 60 });
  for (let length = 0; length < bytes.length - 12; length += 3)
    assert.equal(decodeJpeg(bytes.subarray(0, length)), null, `${length} of ${bytes.length} bytes`);
});

test('changed bytes give a picture of the size announced, or nothing', async () => {
  const bytes = await encode(40, 56, {});
  let decoded = 0;
  for (let i = 2; i < bytes.length; i++) {
    const changed = Uint8Array.from(bytes);
    changed[i] = (changed[i] ?? 0) ^ (1 << (i % 8));
    const image = decodeJpeg(changed);
    if (image !== null) decoded++;
    if (image !== null)
      assert.equal(image.data.length, image.height * image.width * image.channels);
  }
  assert.ok(decoded > 50 && decoded < bytes.length, `${decoded} of ${bytes.length}`);
});

test('the kernels were compiled from the source that is there', () => {
  const source = readFileSync(join(repository, 'scripts/vision-kernels/jpeg.ts'));
  assert.equal(createHash('sha256').update(source).digest('hex'), sourceSha256);
});

const real = join(homedir(), '.cache/wick/datasets');
const folders = [
  'food3/test/pizza',
  'food3/test/macaroni_and_cheese',
  'shoes/test/nike',
  'fer2013/test/happy',
]
  .map((name) => join(real, name))
  .filter((path) => existsSync(path));
test('real photographs', { skip: folders.length === 0 && 'no data sets unpacked' }, async () => {
  let compared = 0;
  for (const folder of folders)
    for (const name of readdirSync(folder).slice(0, 8)) {
      const bytes = readFileSync(join(folder, name));
      if (decodeJpeg(bytes) === null) continue;
      await assertSame(bytes, join(folder, name));
      compared++;
    }
  assert.ok(compared >= 8, `${compared} compared`);
});
