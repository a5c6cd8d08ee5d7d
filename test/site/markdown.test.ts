/** Pages on their way to the site. */
import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

const { escaped, headingOf, sitePage } = await import(
  pathToFileURL(resolve('site/markdown.mjs')).href
);
const routes: Readonly<Record<string, string>> = {
  'docs/data.md': 'data.md',
  'docs/tutorials/mnist.md': 'tutorials/mnist.md',
};
const place = {
  file: 'docs/zh/tutorials/mnist.md',
  route: 'zh/tutorials/mnist.md',
  routeOf: (file: string) => routes[file],
};

test('links lead to where pages stand on the site, with their anchors', () => {
  const text = 'See [data](../../data.md#limits), [English](../../tutorials/mnist.md), [a](#b).';
  assert.equal(
    sitePage(text, place),
    'See [data](../../data.md#limits), [English](../../tutorials/mnist.md), [a](#b).',
  );
  const moved = { ...place, route: 'zh/mnist.md' };
  assert.match(sitePage(text, moved), /\(\.\.\/data\.md#limits\), \[English\]\(\.\.\/tutorials/);
});

test('of a link to what the site has not, the words stay', () => {
  assert.equal(sitePage('[the rule](../../../test/api.test.ts) says', place), 'the rule says');
  assert.equal(sitePage('[out](https://onnx.ai)', place), '[out](https://onnx.ai)');
});

test('marks for tests are gone, and code is as it was', () => {
  const text = '<!-- test: replace a with b -->\n\n```ts goes-on\nf([x](y));\n```';
  assert.equal(sitePage(text, place), '\n```ts\nf([x](y));\n```');
});

test('no text of docstrings is markup', () => {
  assert.equal(escaped('a <b> {{c}} `Map<K, V>`'), 'a &#60;b> &#123;&#123;c}} `Map<K, V>`');
  assert.equal(headingOf('text\n# Engine `native`\n'), 'Engine native');
});
