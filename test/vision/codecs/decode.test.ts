import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { DataError } from '../../../src/core/errors.js';
import { decode } from '../../../src/vision/codecs/decode.js';
import { readImageHeader } from '../../../src/vision/codecs/header.js';
import { isImageFile } from '../../../src/vision/codecs/image-file.js';
import { encodePng } from '../../../src/vision/codecs/sharp.js';
import { Image } from '../../../src/vision/image.js';
import { Resize } from '../../../src/vision/transforms/resize.js';
import { difference, folder as goldenFolder, picture } from '../transforms/goldens.js';

const folder = mkdtempSync(join(tmpdir(), 'wick-codecs-'));
after(() => rmSync(folder, { recursive: true }));

const rgb = picture('rgb');
const grey = picture('grey');
const raw = ({ height, width, channels }: Image) => ({ raw: { height, width, channels } });
const source = sharp(rgb.data, raw(rgb));

function saved(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

function same(actual: Image, expected: Image, worst = 0): void {
  assert.deepEqual(
    [actual.height, actual.width, actual.channels],
    [expected.height, expected.width, expected.channels],
  );
  const found = difference(actual.data, expected.data);
  assert.ok(found.worst <= worst, `off by ${found.worst} at worst, ${found.mean} on average`);
}

test('PNG comes back as it was written, from a path and from bytes', async () => {
  const bytes = await encodePng(rgb);
  same(await decode(saved('a.png', bytes)), rgb);
  same(await decode(bytes), rgb);
  same(await decode(await encodePng(grey), { mode: 'grey' }), grey);
});

test('the mode asked for is given, whatever the file holds', async () => {
  const asRgb = await decode(await encodePng(grey));
  assert.equal(asRgb.channels, 3);
  assert.ok(grey.data.every((value, i) => [0, 1, 2].every((c) => asRgb.data[i * 3 + c] === value)));
  const asGrey = await decode(await encodePng(rgb), { mode: 'grey' });
  assert.equal(asGrey.channels, 1);
  const [r = 0, g = 0, b = 0] = rgb.data;
  assert.equal(asGrey.data[0], (r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16);
});

test('lossless WebP and a GIF of few colours are exact; the first frame of an animation is shown', async () => {
  same(await decode(await source.clone().webp({ lossless: true }).toBuffer()), rgb);
  const two = new Image(2, 2, 3, Uint8Array.from([255, 0, 0, 0, 0, 255, 0, 0, 255, 255, 0, 0]));
  same(await decode(await sharp(two.data, raw(two)).gif().toBuffer()), two);
  const frames = Buffer.concat([two.data, Buffer.alloc(12)]);
  const layout = { height: 4, width: 2, channels: 3, pageHeight: 2 } as const;
  const joined = await sharp(frames, { raw: layout }).gif().toBuffer();
  same(await decode(joined), two);
});

test('a JPEG is near what was written, grey ones have one channel inside', async () => {
  const bytes = await source.clone().jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer();
  same(await decode(bytes), rgb, 6);
  const greyBytes = await sharp(grey.data, raw(grey))
    .toColourspace('b-w')
    .jpeg({ quality: 100 })
    .toBuffer();
  assert.equal(readImageHeader(greyBytes)?.mode, 'grey');
  same(await decode(greyBytes, { mode: 'grey' }), grey, 3);
});

test('a palette, 16 bits and alpha become plain bytes; alpha is dropped, not blended', async () => {
  const few = new Image(
    8,
    8,
    3,
    rgb.data.slice(0, 192).map((v) => (v < 128 ? 40 : 200)),
  );
  const palette = await sharp(few.data, raw(few)).png({ palette: true, dither: 0 }).toBuffer();
  assert.equal(readImageHeader(palette)?.mode, 'palette');
  same(await decode(palette), few);

  const deep = await source.clone().toColourspace('rgb16').png().toBuffer();
  assert.equal(readImageHeader(deep)?.bits, 16);
  same(await decode(deep), rgb);
  const deepGrey = await sharp(grey.data, raw(grey)).toColourspace('grey16').png().toBuffer();
  assert.equal(readImageHeader(deepGrey)?.bits, 16);
  same(await decode(deepGrey, { mode: 'grey' }), grey);

  const clear = await source.clone().ensureAlpha(0.2).png().toBuffer();
  assert.equal(readImageHeader(clear)?.mode, 'rgb+alpha');
  same(await decode(clear), rgb);
});

test('of 16 bits the upper 8 are taken, in grey as in colour, whatever the lower ones are', async () => {
  const [height, width] = [16, 24];
  for (const channels of [1, 2, 3, 4] as const) {
    const deep = Uint16Array.from(
      { length: height * width * channels },
      (_, i) => (i * 40_503) % 65_536,
    );
    const space = channels < 3 ? 'grey16' : 'rgb16';
    const stored = sharp(deep, { raw: { height, width, channels } }).toColourspace(space);
    const colours = channels < 3 ? 1 : 3;
    const expected = new Image(height, width, colours);
    for (let i = 0; i < expected.data.length; i++) {
      const at = Math.floor(i / colours) * channels + (i % colours);
      expected.data[i] = (deep[at] ?? 0) >> 8;
    }
    for (const bytes of [
      await stored.clone().png().toBuffer(),
      await stored.tiff({ compression: 'lzw' }).toBuffer(),
    ]) {
      assert.equal(readImageHeader(bytes)?.bits, 16);
      same(await decode(bytes, { mode: colours === 1 ? 'grey' : 'rgb' }), expected);
    }
  }
});

test('CMYK is turned to RGB without a profile, as Pillow does', async () => {
  const bytes = await source.clone().toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer();
  assert.equal(readImageHeader(bytes)?.mode, 'cmyk');
  const ink = await sharp(bytes).pipelineColourspace('cmyk').toColourspace('cmyk').raw().toBuffer();
  const expected = new Image(rgb.height, rgb.width, 3);
  for (let i = 0; i < expected.data.length; i++) {
    const at = Math.floor(i / 3) * 4;
    const light = (255 - (ink[at + (i % 3)] ?? 0)) * (255 - (ink[at + 3] ?? 0));
    expected.data[i] = Math.round(light / 255);
  }
  same(await decode(bytes), expected, 1);
});

for (const [name, expected] of [
  ['rgb24', rgb],
  ['rgba32', rgb],
  ['grey', grey],
  ['palette', picture('palette')],
  ['bits', picture('bits')],
] as const)
  test(`BMP as Pillow writes it: ${name}`, async () => {
    const bytes = readFileSync(join(goldenFolder, `${name}.bmp`));
    same(await decode(bytes, { mode: expected.channels === 1 ? 'grey' : 'rgb' }), expected);
    await assert.rejects(decode(bytes.subarray(0, bytes.length - 40)), /damaged BMP \(cut off/);
  });

test('headers are read without decoding', async () => {
  const { height, width } = rgb;
  for (const [format, bytes] of [
    ['jpeg', await source.clone().jpeg({ progressive: true }).toBuffer()],
    ['png', await source.clone().png().toBuffer()],
    ['webp', await source.clone().webp().toBuffer()],
    ['webp', await source.clone().webp({ lossless: true }).toBuffer()],
    ['webp', await source.clone().ensureAlpha(0.5).webp().toBuffer()],
    ['gif', await source.clone().gif().toBuffer()],
  ] as const) {
    const header = readImageHeader(bytes);
    assert.deepEqual([header?.format, header?.width, header?.height], [format, width, height]);
    for (let cut = 0; cut < 30; cut++) readImageHeader(bytes.subarray(0, cut)); // never throws
  }
});

/** The first bytes of a PNG of any size. */
function pngHeader(width: number, height: number): Uint8Array {
  const bytes = Buffer.alloc(33);
  Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex').copy(bytes);
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  bytes.set([8, 2, 0, 0, 0], 24);
  bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
  return bytes;
}

test('a PNG of 60,000 × 60,000 is refused at once', async () => {
  const path = saved('bomb.png', pngHeader(60_000, 60_000));
  await assert.rejects(decode(path)); // the first read of a file is not what is measured
  const before = process.cpuUsage();
  await assert.rejects(decode(path), {
    name: 'DataError',
    message:
      `${path}: 60000×60000 = 3600000000 pixels, at most 50000000 are allowed; ` +
      "make it smaller, raise maxPixels or pass { onError: 'skip' }",
  });
  const { user, system } = process.cpuUsage(before);
  const worked = (user + system) / 1000;
  assert.ok(worked < 50, `took ${worked} ms of work`);
  await assert.rejects(
    decode(await encodePng(rgb), { maxPixels: 100 }),
    /30×36|36×30 = 1080 pixels/,
  );
});

/** A baseline JPEG of 32×32 whose frame says `width` × `height`, with bytes before it that hide the frame from naive readers. */
async function disguised(hidden: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  const bytes = await sharp({ create: { width: 32, height: 32, channels: 3, background: '#123' } })
    .jpeg()
    .toBuffer();
  const frame = bytes.indexOf(Buffer.of(0xff, 0xc0));
  bytes.writeUInt16BE(height, frame + 5);
  bytes.writeUInt16BE(width, frame + 7);
  return Buffer.concat([bytes.subarray(0, 2), hidden, bytes.subarray(2)]);
}

test('the true size of a JPEG counts, whatever stands before its frame', async () => {
  const false67 = [0xff, 0xc0, 0, 17, 8, 0, 67, 0, 6, 3, 1, 34, 0, 2, 17, 1, 3, 17, 1];
  const hiding: Readonly<Record<string, readonly number[]>> = {
    TEM: [0xff, 0x01],
    'TEM before what looks like a frame': [0xff, 0x01, 0xff, 0xfe, 0, 21, ...false67],
    RST0: [0xff, 0xd0],
    'stray bytes': [0xff, 0xfe, 0, 2, 1, 2, 3, 0],
    'a stuffed zero': [0xff, 0x00],
    'fill bytes': [0xff, 0xff, 0xff],
  };
  for (const [name, bytes] of Object.entries(hiding)) {
    const large = await disguised(Uint8Array.from(bytes), 65_500, 65_500);
    await assert.rejects(decode(large), /65500×65500 = 4290250000 pixels, at most/, name);
    const sound = await disguised(Uint8Array.from(bytes), 32, 32);
    assert.equal(readImageHeader(sound)?.width, 32, name);
    assert.equal((await sharp(sound).metadata()).width, 32, name);
  }
});

test('what only the decoder sees of a size counts too: a GIF’s frame is larger than its canvas', async () => {
  const frame = Buffer.from(
    'GIF89a\x01\0\x01\0\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\x02\x01\x44\0;',
    'latin1',
  );
  assert.equal(readImageHeader(frame)?.width, 1);
  await assert.rejects(decode(frame), /65535×65535 = 4294836225 pixels, at most 50000000 are/);
});

test('a tiny WebP of 16383×16383 is refused at once', async () => {
  const bytes = Buffer.from('RIFF\x1c\0\0\0WEBPVP8L\x10\0\0\0\x2f\xfe\xbf\xff\x0f', 'latin1');
  await assert.rejects(decode(bytes), /16383×16383 = 268402689 pixels, at most 50000000 are/);
});

test('a bitmap is refused wherever it ends, and where its pixels lie in its header', async () => {
  const good = readFileSync(join(goldenFolder, 'rgb24.bmp'));
  for (const name of ['rgb24', 'bits', 'palette']) {
    const bytes = readFileSync(join(goldenFolder, `${name}.bmp`));
    for (let cut = 2; cut < 120; cut++)
      await assert.rejects(decode(bytes.subarray(0, cut)), /^DataError: image: .*BMP/, `${cut}`);
  }
  const inside = Buffer.from(good);
  inside.writeUInt32LE(0, 10);
  await assert.rejects(decode(inside), /damaged BMP \(pixels at byte 0, within the header of 54/);
  const masks = Buffer.from(good.subarray(0, 58));
  masks.writeInt32LE(1, 18);
  masks.writeInt32LE(1, 22);
  masks.writeUInt16LE(32, 28);
  masks.writeUInt32LE(3, 30);
  await assert.rejects(decode(masks), /damaged BMP \(cut off: 58 bytes/);
  const packed = Buffer.from(good);
  packed.writeUInt32LE(1, 30);
  await assert.rejects(decode(packed), /a BMP with compression of type 1, which is not read/);
});

test('a pipe, a device and a folder are refused, not waited for', {
  skip: process.platform === 'win32',
}, async () => {
  const pipe = join(folder, 'pipe.jpg');
  execFileSync('mkfifo', [pipe]);
  const endless = join(folder, 'zero.jpg');
  symlinkSync('/dev/zero', endless);
  for (const path of [pipe, endless])
    await assert.rejects(decode(path), {
      message: `${path}: is a pipe or a device, a regular file is required`,
    });
  const sparse = saved('sparse.jpg', new Uint8Array(0));
  truncateSync(sparse, 2 ** 40);
  await assert.rejects(decode(sparse), {
    message: `${sparse}: has ${2 ** 40} bytes, at most 536870912 are allowed`,
  });
});

test('options of another kind are refused', async () => {
  const bytes = await encodePng(grey);
  await assert.rejects(decode(bytes, { mode: 'L' as never }), {
    message: 'decode: mode="L" must be one of rgb, grey',
  });
  await assert.rejects(decode(bytes, { maxPixels: Number.NaN }), {
    message: 'decode: maxPixels=NaN must be a number ≥ 1',
  });
  same(await decode(bytes, { mode: 'grey', maxPixels: Number.POSITIVE_INFINITY }), grey);
  await assert.rejects(decode([1, 2] as never), /bytes are given as Array, a Uint8Array is/);
});

test('the format is told by the bytes, not by the name', async () => {
  same(await decode(saved('png.jpg', await encodePng(rgb))), rgb);
  assert.ok(isImageFile('a/B.JPEG') && !isImageFile('a/jpg') && !isImageFile('notes.txt'));
});

test('every failure names the file and the cause', async () => {
  const jpeg = await source.clone().jpeg().toBuffer();
  const png = await encodePng(rgb);
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>';
  const cases: [string, Uint8Array, RegExp][] = [
    [
      'page.jpg',
      Buffer.from('<html>'),
      /: not a JPEG \(starts with 3c 68 74 6d\); remove it or pass/,
    ],
    ['drawing.png', Buffer.from(svg), /: not a PNG \(starts with 3c 73 76 67\)/],
    ['notes', Buffer.from('hi'), /: not a picture of a format that is read \(starts with 68 69\)/],
    ['empty.jpg', Buffer.alloc(0), /: is empty; remove it/],
    ['cut.jpg', jpeg.subarray(0, jpeg.length / 2), /: damaged JPEG \(.+\); remove it/],
    ['cut.png', png.subarray(0, png.length / 2), /: damaged PNG \(.+\); remove it/],
    ['stub.jpg', jpeg.subarray(0, 8), /: JPEG header cut off or damaged; remove it/],
  ];
  for (const [name, bytes, pattern] of cases) {
    const path = saved(name, bytes);
    await assert.rejects(decode(path), (error: unknown) => {
      assert.ok(error instanceof DataError);
      assert.equal(error.path, path);
      assert.match(error.message, pattern);
      return true;
    });
  }
  const missing = join(folder, 'missing.jpg');
  await assert.rejects(decode(missing), { message: `${missing}: there is no such file` });
  await assert.rejects(decode(folder), {
    message: `${folder}: is a folder, a file is required`,
  });
  await assert.rejects(
    decode(Buffer.from('x'), { path: 'b.gif' }),
    /^DataError: b\.gif: not a GIF/,
  );
});

test('bytes changed at random never crash: an image or a DataError', async () => {
  const originals = [
    await source.clone().jpeg().toBuffer(),
    await encodePng(rgb),
    await source.clone().webp().toBuffer(),
    readFileSync(join(goldenFolder, 'palette.bmp')),
  ];
  let state = 12345;
  const random = (n: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  let failed = 0;
  for (let round = 0; round < 30; round++)
    for (const original of originals) {
      const bytes = Uint8Array.from(original);
      for (let k = 0; k < 6; k++) bytes[random(bytes.length)] = random(256);
      try {
        await decode(bytes, { maxPixels: 1e6 });
      } catch (error) {
        assert.ok(error instanceof DataError, String(error));
        failed++;
      }
    }
  assert.ok(failed > 5, `${failed} failed`);
});

test('shrinking while decoding stays close to shrinking afterwards', async () => {
  const large = new Resize([400, 520], { interpolation: 'bicubic' }).source(rgb).read();
  const bytes = await sharp(large.data, raw(large)).jpeg({ quality: 90 }).toBuffer();
  const shrinkTo = { height: 48, width: 64 };
  const small = await decode(bytes, { shrinkTo });
  assert.deepEqual([small.height, small.width], [100, 130]);
  const resize = new Resize([48, 64]);
  const full = resize.source(await decode(bytes)).read();
  const { mean, worst } = difference(resize.source(small).read().data, full.data);
  assert.ok(mean < 1 && worst < 20, `off by ${mean} on average, ${worst} at worst`);
  const untouched = await decode(bytes, { shrinkTo: { height: 201, width: 10 } });
  assert.deepEqual([untouched.height, untouched.width], [400, 520]);
});
