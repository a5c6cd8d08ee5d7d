import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { Rng } from '../../../src/core/rng.js';
import { decode } from '../../../src/vision/codecs/decode.js';
import { readImageHeader } from '../../../src/vision/codecs/header.js';
import { isImageFile, isReadableHere } from '../../../src/vision/codecs/image-file.js';
import { Image } from '../../../src/vision/image.js';
import { picture } from '../transforms/goldens.js';

const rgb = picture('rgb');
const raw = ({ height, width, channels }: Image) => ({ raw: { height, width, channels } });
const source = sharp(rgb.data, raw(rgb));

test('TIFF of every compression and kind of colour', async () => {
  for (const compression of ['none', 'lzw', 'deflate', 'packbits'] as const) {
    const bytes = await source.clone().tiff({ compression }).toBuffer();
    assert.deepEqual(await decode(bytes), rgb, compression);
    const { format, mode, height } = readImageHeader(bytes) ?? {};
    assert.deepEqual([format, mode, height], ['tiff', 'rgb', rgb.height]);
  }
  const grey = picture('grey');
  const greyFile = sharp(grey.data, raw(grey)).toColourspace('b-w').tiff({ compression: 'lzw' });
  assert.deepEqual(await decode(await greyFile.toBuffer(), { mode: 'grey' }), grey);
  const deep = source.clone().toColourspace('rgb16').tiff({ compression: 'lzw' });
  assert.deepEqual(await decode(await deep.toBuffer()), rgb);
  const clear = source.clone().ensureAlpha(0.3).tiff({ compression: 'lzw' });
  assert.deepEqual(await decode(await clear.toBuffer()), rgb);
  const tiled = source
    .clone()
    .tiff({ compression: 'lzw', tile: true, tileWidth: 16, tileHeight: 16 });
  assert.deepEqual(await decode(await tiled.toBuffer()), rgb);
});

test('AVIF, and JPEG under another ending', async () => {
  const avif = await source.clone().avif({ lossless: true }).toBuffer();
  const { data, height } = await decode(avif);
  assert.equal(height, rgb.height);
  assert.ok(data.every((value, i) => Math.abs(value - (rgb.data[i] ?? 0)) <= 4));
  assert.equal(readImageHeader(avif)?.format, 'avif');
  for (const name of ['a.jfif', 'a.JPE', 'a.tif', 'a.tiff', 'a.avif', 'a.ppm', 'a.PGM', 'a.pbm'])
    assert.ok(isImageFile(name) && (await isReadableHere(name)), name);
  for (const name of ['a.svg', 'a.psd', 'a.jxl', 'a'])
    assert.ok(!isImageFile(name) && !(await isReadableHere(name)), name);
});

test('HEIC is named where the installed sharp does not read it', async () => {
  const avif = await source.clone().avif().toBuffer();
  const heic = Buffer.from(avif.toString('latin1').replaceAll('avif', 'heic'), 'latin1');
  assert.equal(readImageHeader(heic)?.format, 'heic');
  if (await isReadableHere('a.heic')) return;
  const cut = heic.subarray(0, heic.length - 20);
  await assert.rejects(decode(cut, { path: 'a.heic' }), {
    name: 'DataError',
    message: 'a.heic: a HEIC, which is not read here; convert it to JPEG',
  });
});

/** 3×2 pixels in each of the six kinds of portable bitmaps, and what they show; values as Pillow rounds them. */
const pnm: readonly [string, string | Uint8Array, readonly number[]][] = [
  ['P1', 'P1\n# pixels may touch\n3 2\n011 1\n0 0', [255, 0, 0, 0, 255, 255]],
  ['P2', 'P2 3 2 100 0 10 # here too\n30 50 90 100', [0, 26, 76, 128, 230, 255]],
  [
    'P3',
    'P3\n3 2\n255\n1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 255\n',
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 255],
  ],
  ['P4', Buffer.from('P4 3 2\n\x60\xa0', 'latin1'), [255, 0, 0, 0, 255, 0]],
  ['P5', Buffer.from('P5 3 2 255\n\x00\x01\x80\xfe\xff\x07', 'latin1'), [0, 1, 128, 254, 255, 7]],
  [
    'P5 of 16 bits',
    Buffer.from('P5 3 2 65535\n\x00\x00\x01\x01\x80\x80\xff\xff\xff\x00\x00\x80', 'latin1'),
    [0, 1, 128, 255, 254, 0],
  ],
  [
    'P6',
    Buffer.concat([Buffer.from('P6\n#\n3\t2\r255 '), Buffer.from([...Array(18).keys()])]),
    [...Array(18).keys()],
  ],
];

for (const [name, file, expected] of pnm)
  test(`portable bitmap ${name}`, async () => {
    const bytes = Buffer.from(file as string);
    const channels = expected.length === 18 ? 3 : 1;
    const image = await decode(bytes, { mode: channels === 3 ? 'rgb' : 'grey' });
    assert.deepEqual(image, new Image(2, 3, channels, Uint8Array.from(expected)));
    // The last number may be cut and still be one.
    for (let cut = 3; cut < bytes.length - 4; cut++)
      await assert.rejects(decode(bytes.subarray(0, cut)), /^DataError: image: .*PNM/, `${cut}`);
  });

test('portable bitmaps that say what cannot be are refused', async () => {
  for (const [text, message] of [
    ['P2 3 2 70000 1 2 3 4 5 6', /PNM header cut off or damaged/],
    ['P2 3 2 0 1 2 3 4 5 6', /PNM header cut off or damaged/],
    ['P2 0 2 9', /PNM header cut off or damaged/],
    ['P2 99999999999 2 9 1', /PNM header cut off or damaged/],
    ['P2 3 2 9 1 2 3 4 5 10', /damaged PNM \(a value 10 above the largest, 9\)/],
    ['P1 3 2 0 1 2 0 0 0', /damaged PNM \(neither 0 nor 1 at byte 11\)/],
    ['P5 7000 7000 255\n', /damaged PNM \(cut off: 17 bytes, 49000017 are announced\)/],
    ['P5 7072 7072 255\n', /7072×7072 = 50013184 pixels, at most 50000000 are allowed/],
  ] as const)
    await assert.rejects(decode(Buffer.from(text)), message, text);
});

test('a file of any format that ends anywhere is a DataError', async () => {
  const files = [
    await source.clone().jpeg().toBuffer(),
    await source.clone().png().toBuffer(),
    await source.clone().webp().toBuffer(),
    await source.clone().gif().toBuffer(),
    await source.clone().tiff({ compression: 'lzw' }).toBuffer(),
    await source.clone().avif().toBuffer(),
  ];
  const rng = new Rng(3);
  for (const file of files) {
    const cuts = [...Array(100).keys(), ...Array.from({ length: 20 }, () => rng.int(file.length))];
    for (const cut of cuts)
      await decode(file.subarray(0, cut)).catch((error) => {
        assert.match(String(error), /^DataError: image: /, `cut at ${cut}`);
      });
  }
});
