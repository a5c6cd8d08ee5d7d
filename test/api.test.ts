/**
 * The public names, as a list in a file: any change of the surface shows in review. After a wanted change:
 * `UPDATE=1 node scripts/test.mjs api`.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import * as wick from '../src/index.js';

const list = 'test/api.txt'; // Tests run in the repository's root.

/** `name`, and for namespaces `namespace.name`, two levels deep. */
function namesOf(exported: object, prefix = ''): string[] {
  return Object.entries(exported).flatMap(([name, value]: [string, unknown]) => {
    const path = prefix + name;
    return isNamespace(value) ? namesOf(value, `${path}.`) : [path];
  });
}

function isNamespace(value: unknown): value is object {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.prototype.toString.call(value) === '[object Module]'
  );
}

test('the public names are those of the list', () => {
  const names = `${namesOf(wick).sort().join('\n')}\n`;
  if (process.env.UPDATE === '1') writeFileSync(list, names);
  assert.equal(names, readFileSync(list, 'utf8'));
});

test('methods of Tensor have their names too', () => {
  const methods = Object.getOwnPropertyNames(wick.Tensor.prototype);
  for (const name of [
    'add',
    'matmul',
    'backward',
    'toArray',
    'item',
    'squeeze',
    'logSoftmax',
    'add_',
  ])
    assert.ok(methods.includes(name), name);
});
