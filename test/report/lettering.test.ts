import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawLetters } from '../../src/report/lettering/draw-letters.js';
import { lettering, lettersOf } from '../../src/report/lettering/lettering.js';
import { strokes } from '../../src/report/lettering/strokes.js';
import { decode } from '../../src/vision/codecs/decode.js';
import { pngOfSvg } from '../../src/vision/codecs/sharp.js';

test('the alphabet has all signs of ASCII, each of points within its lines', () => {
  for (let code = 33; code < 127; code++) {
    const sign = String.fromCharCode(code);
    const lines = strokes[sign]?.split(' ') ?? [];
    assert.ok(lines.length > 0, sign);
    for (const points of lines) assert.match(points, /^([0-4][0-8]){2,}$/, sign);
  }
  assert.equal(new Set(Object.values(strokes)).size, 94);
});

test('accents are left off, signs without letters are not guessed', () => {
  assert.equal(lettersOf('Müller – 3×3…'), 'Muller - 3x3...');
  assert.equal(lettersOf('猫'), null);
  assert.equal(lettersOf('😀'), null);
});

test('a longer text is wider, and its size scales it', () => {
  const short = lettering('ab', 10).width;
  assert.ok(lettering('abc', 10).width > short);
  assert.ok(Math.abs(lettering('ab', 20).width - 2 * short) < 1e-9);
  assert.equal(lettering('', 10).path, '');
});

/** Columns and rows of dark pixels. */
async function inked(text: string) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="60"><rect width="200" height="60" fill="#fff"/>${text}</svg>`;
  const drawn = drawLetters(svg, false);
  assert.doesNotMatch(drawn, /<text/);
  const { width, data } = await decode(await pngOfSvg(drawn, 1));
  const places = [...data.keys()].filter((i) => i % 3 === 0 && (data[i] ?? 255) < 128);
  const x = places.map((i) => (i / 3) % width);
  const y = places.map((i) => Math.floor(i / 3 / width));
  const range = (list: number[]) => [Math.min(...list), Math.max(...list)] as const;
  return { x: range(x), y: range(y) };
}

test('texts are drawn where they stood: anchors, baselines, moves and entities', async () => {
  const start = await inked('<text x="50" y="40" font-size="20">H</text>');
  assert.ok(start.x[0] >= 49 && start.x[1] <= 62, `${start.x}`);
  assert.ok(start.y[0] >= 24 && start.y[1] <= 41, `${start.y}`);
  const end = await inked('<text x="50" y="40" text-anchor="end" font-size="20">H</text>');
  assert.ok(end.x[1] <= 51, `${end.x}`);
  const middle = await inked(
    '<text dominant-baseline="central" text-anchor="middle" style="font-size:20px;font-family:x" transform="translate(100 30)" fill="#000">&lt;H&gt;</text>',
  );
  assert.ok(Math.abs((middle.x[0] + middle.x[1]) / 2 - 100) <= 2, `${middle.x}`);
  assert.ok(Math.abs((middle.y[0] + middle.y[1]) / 2 - 30) <= 2, `${middle.y}`);
  const turned = await inked(
    '<text style="font-size:20px" text-anchor="middle" transform="translate(100 30) rotate(-90)">HHHH</text>',
  );
  assert.ok(turned.y[1] - turned.y[0] > turned.x[1] - turned.x[0]);
});
