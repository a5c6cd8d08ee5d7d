import '../../src/ops/index.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rng } from '../../src/core/rng.js';
import { colorOf } from '../../src/explain/colormap.js';
import { galleryHtml } from '../../src/explain/gallery.js';
import * as explain from '../../src/explain/index.js';
import { panel, stacked } from '../../src/explain/panel.js';
import { seenPicture } from '../../src/runs/seen-picture.js';
import { fromArray, tensor, zeros } from '../../src/tensor/creation.js';
import { Image } from '../../src/vision/image.js';
import { Compose } from '../../src/vision/transforms/compose.js';
import { Normalize } from '../../src/vision/transforms/normalize.js';
import { ToTensor } from '../../src/vision/transforms/to-tensor.js';

/** CIE L*, how light a colour looks, 0–100. */
function lightness(color: readonly number[]): number {
  const linear = color.map((v) => (v > 10.31 ? ((v / 255 + 0.055) / 1.055) ** 2.4 : v / 3294.6));
  const [r = 0, g = 0, b = 0] = linear;
  const y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return y > 0.008856 ? 116 * Math.cbrt(y) - 16 : 903.3 * y;
}

for (const name of ['viridis', 'magma'] as const)
  test(`equal steps of ${name} look equally large`, () => {
    const levels = Array.from({ length: 21 }, (_, i) => lightness(colorOf(name, i / 20)));
    const steps = levels.slice(1).map((level, i) => level - (levels[i] ?? 0));
    const mean = steps.reduce((sum, step) => sum + step) / steps.length;
    for (const step of steps) assert.ok(step > 0.5 * mean && step < 1.5 * mean, `${steps}`);
    assert.ok(mean * 20 > 70, 'from dark to light');
  });

test('every colour map has its ends, and takes what is beyond for them', () => {
  for (const name of explain.colormapNames) {
    assert.deepEqual(colorOf(name, -1), colorOf(name, 0));
    assert.deepEqual(colorOf(name, 2), colorOf(name, 1));
    const bar = explain.colorBar(name, 5, 2);
    assert.deepEqual([...bar.data.slice(0, 3)], [...colorOf(name, 1)]);
    assert.deepEqual([...bar.data.slice(-3)], [...colorOf(name, 0)]);
  }
  assert.deepEqual(colorOf('viridis', 1), [0xfd, 0xe7, 0x25]);
});

test('an overlay mixes picture and colours, at the size of the picture', () => {
  const picture = new Image(
    4,
    6,
    1,
    Uint8Array.from({ length: 24 }, (_, i) => 10 * i),
  );
  const map = tensor([
    [0, 0, 0],
    [0, 0, 2],
  ]);
  const all = explain.overlay(picture, map, { opacity: 1 });
  assert.deepEqual([all.height, all.width, all.channels], [4, 6, 3]);
  assert.deepEqual([...all.data.slice(0, 3)], [...colorOf('viridis', 0)]);
  assert.deepEqual([...all.data.slice(-3)], [...colorOf('viridis', 1)]);
  const none = explain.overlay(picture, map, { opacity: 0 });
  assert.deepEqual([...none.data.slice(-3)], [230, 230, 230]);
  const half = explain.overlay(picture, map);
  half.data.forEach((value, i) => {
    assert.ok(Math.abs(value - ((all.data[i] ?? 0) + (none.data[i] ?? 0)) / 2) <= 1);
  });
  const ranged = explain.overlay(picture, map, { opacity: 1, range: [0, 4] });
  assert.deepEqual([...ranged.data.slice(-3)], [...colorOf('viridis', 0.5)]);
  const flat = explain.overlay(picture, zeros([2, 3]), { opacity: 1, colormap: 'turbo' });
  assert.deepEqual([...flat.data.slice(-3)], [...colorOf('turbo', 0)]);
});

test('maps that cannot be drawn are refused by name', () => {
  const picture = new Image(2, 2, 1);
  const cases: readonly (readonly [() => unknown, RegExp])[] = [
    [
      () => explain.overlay(picture, zeros([1, 2, 2])),
      /^overlay: a map \[1,2,2\] must be \[H, W\]/,
    ],
    [() => explain.overlay(picture, tensor([[Number.NaN]])), /holds NaN or ∞/],
    [() => explain.overlay(picture, zeros([2, 2]), { opacity: 2 }), /opacity=2/],
    [() => explain.overlay(picture, zeros([2, 2]), { colormap: 'jet' as never }), /colormap='jet'/],
    [() => explain.tile([]), /number of pictures=0/],
    [() => explain.featureGrid(zeros([1, 2, 2, 2])), /take one with \.at\(n\)/],
    [() => explain.toPicture(zeros([2, 2, 2])), /\[2,2,2\] must be \[1, H, W\] or \[3, H, W\]/],
  ];
  for (const [call, message] of cases) assert.throws(call, { message });
});

test('each heatmap is normalized by itself', () => {
  const maps = tensor([[[1, 2, 3]], [[5, 5, 5]], [[0, 0, 8]]]);
  assert.deepEqual(explain.normalize(maps).toArray(), [[[0, 0.5, 1]], [[0, 0, 0]], [[0, 0, 1]]]);
});

test('what the network is given is a picture again, whatever its normalization', () => {
  const picture = new Image(
    3,
    5,
    3,
    Uint8Array.from({ length: 45 }, (_, i) => (i * 37) % 256),
  );
  for (const normalize of [
    new Normalize([0.4, 0.5, 0.6], [0.2, 0.3, 0.1]),
    new Normalize(0.5, 0.25),
  ]) {
    const transform = new Compose([new ToTensor(), normalize]);
    const { data, shape } = transform.apply(picture, new Rng(0));
    const seen = seenPicture(transform, fromArray(data, [...shape]));
    assert.deepEqual(seen.data, picture.data);
  }
});

test('grids have a place for each map, enlarged by whole factors', () => {
  const grid = explain.featureGrid(zeros([5, 4, 6]), { columns: 3, gap: 2, minSide: 8 });
  assert.deepEqual([grid.height, grid.width], [2 * 8 + 2, 3 * 12 + 2 * 2]);
  assert.deepEqual([...grid.data.slice(-3)], [255, 255, 255], 'an empty place');
  const limited = explain.featureGrid(zeros([5, 4, 6]), { limit: 1, minSide: 4 });
  assert.deepEqual([limited.height, limited.width], [4, 6]);
  const filters = tensor([[[[0]], [[0.5]], [[1]]]]);
  const colored = explain.filterGrid(filters, { minSide: 1 });
  assert.deepEqual([...colored.data], [0, 128, 255]);
});

test('a panel shows the picture, each map over it, and the colours', () => {
  const look = { colormap: 'magma', opacity: 1, minSide: 8 } as const;
  const one = panel(new Image(4, 4, 1), [zeros([2, 2]), zeros([2, 2])], look);
  assert.deepEqual([one.height, one.width], [8, 8 + 6 + 8 + 6 + 8 + 6 + 12]);
  const two = stacked([one, one]);
  assert.deepEqual([two.height, two.width], [22, one.width]);
});

test('a page takes any name for text', () => {
  const names = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "a'b&c",
    '🦊',
    'قطة',
    '\u202egnp.exe',
    '猫',
    'a\nb\u0000',
  ];
  const html = galleryHtml({
    title: names.join(' '),
    facts: names,
    legend: { colormap: 'viridis', low: 'low', high: 'high' },
    sections: names.map((name) => ({
      heading: name,
      note: name,
      columns: [name],
      figures: [{ caption: name, png: Uint8Array.of(1, 2) }],
    })),
    failures: names,
  });
  assert.equal(html.match(/<script/gi), null);
  assert.equal(html.match(/<img/g)?.length, names.length);
  assert.doesNotMatch(html, /onerror=alert\(1\)>/);
  for (const char of ['\u202e', '\u0000']) assert.ok(!html.includes(char));
  for (const name of ['🦊', 'قطة', '猫', 'a&#39;b&#38;c']) assert.ok(html.includes(`<bdi>${name}`));
  assert.match(html, /default-src 'none'/);
});
