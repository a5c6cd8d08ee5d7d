import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const source = new URL('../../src/', import.meta.url);

/** Every module that `entry` loads, and what they import that is no file beside them; of `.d.ts` what it takes types from. */
function load(entry: string): { loaded: string[]; foreign: string[] } {
  const ofKind = (name: string) =>
    entry.endsWith('.d.ts') ? name.replace(/\.js$/, '.d.ts') : name;
  const loaded = new Set<string>();
  const foreign: string[] = [];
  const visit = (file: URL): void => {
    if (loaded.has(file.href)) return;
    loaded.add(file.href);
    // Of the compiled file, where types are gone.
    const text = readFileSync(file, 'utf8');
    for (const [, name = ''] of text.matchAll(
      /^(?:import|export)\b(?:[^'"();]*\bfrom)?\s*['"]([^'"]+)['"]/gm,
    ))
      if (name.startsWith('.')) visit(new URL(ofKind(name), file));
      else foreign.push(`${file.href.slice(source.href.length)} imports ${name}`);
  };
  visit(new URL(entry, source));
  return { loaded: [...loaded].map((href) => href.slice(source.href.length)), foreign };
}

for (const entry of ['browser.js', 'engine/pool/browser-helper.js'])
  test(`${entry} loads nothing of Node's and no package`, () => {
    assert.deepEqual(load(entry).foreign, []);
  });

test('the walk reaches ops, layers and the engine, and would see a module of Node', () => {
  const { loaded } = load('browser.js');
  for (const file of [
    'ops/conv2d.js',
    'nn/conv.js',
    'optim/adam.js',
    'engine/compiler/lower-graph.js',
  ])
    assert.ok(loaded.includes(file), file);
  assert.deepEqual(load('engine/pool/node-helper.js').foreign, [
    'engine/pool/node-helper.js imports node:worker_threads',
  ]);
});

test('types of wick/browser are whole without those of Node', () => {
  const { loaded, foreign } = load('browser.d.ts');
  assert.deepEqual(foreign, ['train/facts-schema.d.ts imports zod']);
  assert.ok(loaded.includes('web/classifier.d.ts') && loaded.includes('train/trainer.d.ts'));
  const ofNode = loaded.filter((file) =>
    /\bNodeJS\.|import\("[a-z]/.test(
      readFileSync(new URL(file, source), 'utf8').replace(/\/\*[\s\S]*?\*\//g, ''),
    ),
  );
  assert.deepEqual(ofNode, []);
});
