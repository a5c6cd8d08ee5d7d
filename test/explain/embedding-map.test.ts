import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../../src/ops/index.js';
import { embeddingMapHtml, type MapPoint } from '../../src/explain/embedding-map.js';
import { tensor } from '../../src/tensor/creation.js';

const point = (name: string, group: number, wrong: boolean): MapPoint => ({
  ...{ name, group, wrong, note: 'cat 90%' },
  png: new Uint8Array(1),
});

test('each picture lies where it is to, in the colour of its class; what is taken for another is dashed', () => {
  const html = embeddingMapHtml({
    title: 'map',
    facts: [],
    classes: ['cat', 'dog', 'owl'],
    pictures: [point('a', 0, false), point('b', 2, true), point('c', 2, false)],
    points: tensor([
      [2, -1],
      [6, 9],
      [4, 9],
    ]),
  });
  const rects = [...html.matchAll(/<rect x="([^"]*)" y="([^"]*)".*?stroke="([^"]*)".*?>/g)];
  assert.deepEqual(
    rects.map(([, x, y]) => [Number(x), Number(y)]),
    [
      [4, 726],
      [966, 4],
      [485, 4],
    ],
  );
  const colors = rects.map(([, , , color]) => color);
  assert.equal(colors[1], colors[2]);
  assert.notEqual(colors[0], colors[1]);
  assert.deepEqual(
    rects.map(([rect]) => rect.includes('class="wrong"')),
    [false, true, false],
  );
  assert.deepEqual(
    [...html.matchAll(/<bdi>(\w+)<\/bdi><\/span>/g)].map(([, name]) => name),
    ['cat', 'owl'], // those that there are
  );
});
