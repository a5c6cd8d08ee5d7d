/** What plain JavaScript puts in the wrong place is named. */
import '../../src/ops/index.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as nn from '../../src/nn/index.js';
import { cat, stack } from '../../src/ops/functions.js';
import { tensor, zeros } from '../../src/tensor/creation.js';
import { noGrad } from '../../src/tensor/grad-scopes.js';

/** The functions as code without types sees them. */
type Untyped = (...args: unknown[]) => unknown;
const untyped = (f: unknown) => f as Untyped;
const make = (Class: unknown, ...args: unknown[]) =>
  new (Class as new (...given: unknown[]) => unknown)(...args);

const cases: readonly (readonly [string, () => unknown, RegExp])[] = [
  [
    'noGrad without a function',
    () => untyped(noGrad)(),
    /noGrad: undefined is given where a function/,
  ],
  [
    'a module for a list',
    () => make(nn.ModuleList, new nn.ReLU()),
    /ModuleList: .* where a list of modules/,
  ],
  [
    'modules one by one',
    () => make(nn.ModuleList, new nn.ReLU(), new nn.ReLU()),
    /list of modules/,
  ],
  [
    'an object for sides',
    () => make(nn.ZeroPad2d, { padding: 2 }),
    /ZeroPad2d: padding=.* must be a whole/,
  ],
  ['an object for alpha', () => make(nn.ELU, { alpha: 0.5 }), /ELU: alpha=.* write it alone: 0.5/],
  ['a tensor for a list', () => untyped(cat)(tensor([1])), /cat: .* where a list of tensors/],
  ['a tensor for a list', () => untyped(stack)(tensor([1])), /stack: .* where a list of tensors/],
  [
    'a list for labels',
    () => untyped(nn.functional.crossEntropy)(zeros([1, 2]), [0]),
    /crossEntropy: target=\[0\] must be a tensor/,
  ],
];

for (const [what, run, message] of cases)
  test(`${what} is refused: ${message.source}`, () => {
    assert.throws(run, { name: 'ValueError', message });
  });
