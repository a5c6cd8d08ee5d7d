/** What `package.json` offers: `wick` whole, and its rooms one by one. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as wick from '../src/index.js';

interface Manifest {
  readonly exports: Readonly<Record<string, string | { types: string; default: string }>>;
  readonly sideEffects: readonly string[];
}

const { exports, sideEffects }: Manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const rooms = Object.keys(exports)
  .filter((name) => !['.', './browser', './package.json'].includes(name))
  .map((name) => name.slice(2));

/** Namespaces that are a file beside `index.ts`, not a room. */
const small = ['autograd', 'backends', 'cuda'];

test('every room that wick exports can be imported by its own name', () => {
  const namespaces = Object.entries(wick).flatMap(([name, value]) =>
    Object.prototype.toString.call(value) === '[object Module]' && !small.includes(name)
      ? name
      : [],
  );
  assert.deepEqual(rooms, namespaces.sort());
});

for (const room of rooms)
  test(`wick/${room} is the room that wick has, and brings the ops along`, async () => {
    const path = `./dist/src/${room}/index`;
    assert.deepEqual(exports[`./${room}`], { types: `${path}.d.ts`, default: `${path}.js` });
    const alone: unknown = await import(`../src/${room}/index.js`);
    assert.equal(alone, Object.entries(wick).find(([name]) => name === room)?.[1]);
    const index = new URL(`../src/${room}/index.js`, import.meta.url);
    assert.match(readFileSync(index, 'utf8'), /^import '\.\.\/ops\/index\.js';/m);
  });

test('bundlers keep what a room’s list of names imports for its effect', () => {
  assert.ok(sideEffects.includes('./dist/src/*/index.js'));
});
