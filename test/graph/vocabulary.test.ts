/** The vocabulary says what is registered: a name that is not in it does not compile, one that no op has fails here. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import '../../src/ops/index.js';
import { opNames } from '../../src/graph/op.js';

const folder = new URL('../../../src/graph/attrs/', import.meta.url);

/** The fields of the maps, `interface …Ops`, in the sources: types are gone when tests run. */
function vocabulary(): string[] {
  return readdirSync(folder).flatMap((file) => {
    const source = readFileSync(new URL(file, folder), 'utf8');
    const maps = source.matchAll(/^export interface \w+Ops \{\n(.*?)^\}/gms);
    return [...maps].flatMap(([, fields = '']) =>
      [...fields.matchAll(/^ {2}(\w+): \w+;$/gm)].map(([, name = '']) => name),
    );
  });
}

test('every name of the vocabulary is an op, and every op has its attributes there', () => {
  assert.deepEqual(vocabulary().sort(), opNames());
});
