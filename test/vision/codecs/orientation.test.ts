import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { Rng } from '../../../src/core/rng.js';
import { decode } from '../../../src/vision/codecs/decode.js';
import { readImageHeader } from '../../../src/vision/codecs/header.js';
import { Image } from '../../../src/vision/image.js';
import {
  type ExifForm,
  exifBytes,
  exifForms,
  turned,
  webpWithExif,
  withChunk,
  withSegment,
} from './exif-bytes.js';

const rng = new Rng(5);
const picture = new Image(
  14,
  22,
  3,
  Uint8Array.from({ length: 14 * 22 * 3 }, () => rng.int(256)),
);
const source = sharp(picture.data, { raw: { height: 14, width: 22, channels: 3 } });
const jpeg = await source.clone().jpeg({ quality: 95 }).toBuffer();
const png = await source.clone().png().toBuffer();
const webp = await source.clone().webp({ lossless: true }).toBuffer();
const named = (exif: Buffer) => Buffer.concat([Buffer.from('Exif\0\0'), exif]);

/** Each place where EXIF data is found, and a file that has it there. */
const places: Readonly<Record<string, (exif: Buffer) => Buffer>> = {
  'a JPEG': (exif) => withSegment(jpeg, 0xe1, named(exif), 'first'),
  'a JPEG, behind the frame': (exif) => withSegment(jpeg, 0xe1, named(exif), 'after frame'),
  'a JPEG, behind other data of its kind': (exif) => {
    const inner = withSegment(jpeg, 0xe1, named(exif), 'first');
    return withSegment(inner, 0xe1, Buffer.from('http://ns.adobe.com/xap/1.0/\0<x/>'), 'first');
  },
  'a PNG': (exif) => withChunk(png, 'eXIf', exif, 'first'),
  'a PNG, behind the pixels': (exif) => withChunk(png, 'eXIf', exif, 'last'),
  'a WebP': (exif) => webpWithExif(webp, picture, exif),
};

for (const [place, file] of Object.entries(places))
  test(`all orientations come out upright, in every form of the tag: ${place}`, async () => {
    const plain = await decode(file(exifBytes(1, { order: 'II', bytes: 2 })));
    for (let orientation = 1; orientation <= 8; orientation++) {
      const expected = turned(plain, orientation);
      for (const form of exifForms) {
        const bytes = file(exifBytes(orientation, form));
        const what = `${orientation} ${JSON.stringify(form)}`;
        assert.equal(readImageHeader(bytes)?.orientation, orientation, what);
        assert.deepEqual(await decode(bytes), expected, what);
      }
    }
  });

test('sharp sees the same orientation, where it looks', async () => {
  for (const [place, file] of Object.entries(places)) {
    if (place === 'a PNG, behind the pixels') continue; // where sharp does not look
    for (const form of exifForms) {
      const bytes = file(exifBytes(6, form));
      assert.equal(
        (await sharp(bytes).metadata()).orientation,
        6,
        `${place} ${JSON.stringify(form)}`,
      );
    }
  }
});

test('a TIFF’s own orientation, and what AVIF says of turning', async () => {
  for (let orientation = 1; orientation <= 8; orientation++) {
    const tiff = await source
      .clone()
      .tiff({ compression: 'lzw' })
      .withMetadata({ orientation })
      .toBuffer();
    assert.equal(readImageHeader(tiff)?.orientation, orientation);
    assert.deepEqual(await decode(tiff), turned(picture, orientation));
    const avif = await source.clone().avif().withMetadata({ orientation }).toBuffer();
    const { height, width } = await decode(avif);
    const shown = await sharp(avif).autoOrient().toBuffer({ resolveWithObject: true });
    assert.deepEqual([height, width], [shown.info.height, shown.info.width]);
    const header = readImageHeader(avif);
    assert.deepEqual([header?.height, header?.width], [height, width]);
  }
});

test('a JPEG that is shrunk while it is decoded is turned too', async () => {
  const create = { width: 200, height: 120, channels: 3, background: '#000' } as const;
  const corner = await sharp({ create: { ...create, width: 100, height: 60, background: '#fff' } })
    .png()
    .toBuffer();
  const large = await sharp({ create })
    .composite([{ input: corner, top: 0, left: 0 }])
    .jpeg()
    .toBuffer();
  for (let orientation = 1; orientation <= 8; orientation++) {
    const exif = named(exifBytes(orientation, { order: 'MM', bytes: 4 }));
    const bytes = withSegment(large, 0xe1, exif, 'first');
    const small = await decode(bytes, { shrinkTo: { height: 20, width: 20 }, mode: 'grey' });
    const full = turned(await decode(large, { mode: 'grey' }), orientation);
    assert.deepEqual([small.height * 2, small.width * 2], [full.height, full.width]);
    const at = ({ data, width, height }: Image, y: number, x: number) =>
      data[Math.floor(y * height) * width + Math.floor(x * width)] ?? 0;
    for (const [y, x] of [
      [0.25, 0.25],
      [0.25, 0.75],
      [0.75, 0.25],
      [0.75, 0.75],
    ] as const)
      assert.ok(Math.abs(at(small, y, x) - at(full, y, x)) < 9, `${orientation} at ${y}, ${x}`);
  }
});

test('what is damaged in EXIF data does not matter to the picture', async () => {
  const form: ExifForm = { order: 'II', bytes: 2 };
  const good = exifBytes(6, form);
  for (let cut = 0; cut < good.length; cut++)
    assert.deepEqual(
      await decode(withChunk(png, 'eXIf', good.subarray(0, cut), 'last')),
      cut < 32 ? picture : turned(picture, 6),
      `cut at ${cut}`,
    );
  for (const wrong of [0, 9, 60_000])
    assert.deepEqual(
      await decode(withChunk(png, 'eXIf', exifBytes(wrong, form), 'first')),
      picture,
    );
  const farAway = exifBytes(6, form);
  farAway.writeUInt32LE(0xffff_fff0, 4);
  assert.deepEqual(await decode(withChunk(png, 'eXIf', farAway, 'first')), picture);
});
