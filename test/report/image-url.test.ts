/** Pictures inside of pages. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imageUrl } from '../../src/report/image-url.js';
import { decode } from '../../src/vision/codecs/decode.js';
import { readImageHeader } from '../../src/vision/codecs/header.js';
import { type Channels, Image } from '../../src/vision/image.js';

/** Format, size, and whether every pixel is as it was. */
async function shown(height: number, width: number, channels: Channels, side = 100) {
  const data = Uint8Array.from({ length: height * width * channels }, (_, i) => (i * 37) % 256);
  const url = await imageUrl(new Image(height, width, channels, data), side);
  const [, type, base64 = ''] = /^data:image\/(\w+);base64,(.*)$/.exec(url) ?? [];
  const bytes = Buffer.from(base64, 'base64');
  assert.equal(readImageHeader(bytes)?.format, type);
  const mode = channels === 1 ? 'grey' : 'rgb';
  const { height: h, width: w, data: pixels } = await decode(bytes, { mode });
  return [type, `${h}×${w}`, Buffer.from(pixels).equals(data)];
}

test('small pictures and grey ones keep their pixels, larger ones are JPEGs', async () => {
  assert.deepEqual(await shown(48, 48, 3), ['png', '48×48', true]);
  assert.deepEqual(await shown(48, 49, 3), ['jpeg', '48×49', false]);
  assert.deepEqual(await shown(90, 80, 1), ['png', '90×80', true]);
});

test('what is larger than it is shown is made smaller first', async () => {
  assert.deepEqual(await shown(90, 180, 3, 40), ['png', '20×40', false]);
  assert.deepEqual(await shown(90, 180, 3, 100), ['jpeg', '50×100', false]);
});
