import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { inCommandTerms } from '../../src/cli/command-terms.js';
import { withoutRemedy } from '../../src/core/without-remedy.js';

const training = new Command('train')
  .argument('<data>')
  .option('--on-error <what>')
  .option('--image-size <n>')
  .option('--seed <n>')
  .option('--out <dir>');
const server = new Command('serve').argument('<run>').option('--max-pixels <n>');
const asking = new Command('predict').argument('<image>').option('--top <k>');

const damaged = "a.png: is empty; remove it or pass { onError: 'skip' }";
const large =
  "a.png: 9 pixels, 4 are allowed; make it smaller, raise maxPixels or pass { onError: 'skip' }";

test('errors speak of the options that the command has, and of nothing that it has not', () => {
  for (const [command, message, expected] of [
    [training, damaged, 'a.png: is empty; remove it or pass --on-error skip'],
    [server, damaged, 'a.png: is empty; remove it'],
    [asking, damaged, 'a.png: is empty'],
    [training, large, 'a.png: 9 pixels, 4 are allowed; make it smaller or pass --on-error skip'],
    [server, large, 'a.png: 9 pixels, 4 are allowed; make it smaller, raise --max-pixels'],
    [asking, large, 'a.png: 9 pixels, 4 are allowed'],
    [training, 'x: imageSize=4 is small, depth=3 too', 'x: --image-size 4 is small, depth=3 too'],
    [training, 'x: pass { seed: 3, out: true }', 'x: pass --seed 3 --out'],
    [training, 'x: pass { seed: 3, depth: 2 }', 'x: pass { seed: 3, depth: 2 }'],
    [training, "path='a' is taken", "--out 'a' is taken"],
    [training, 'importModel: no', 'wick import: no'],
    [training, 'useDevice: no', '--device: no'],
    [new Command().option('--layer <name>'), 'getSubmodule: x is none', '--layer x is none'],
  ] as const)
    assert.equal(inCommandTerms(message, command), expected);
});

test('what is wrong with a file, without what to do about it', () => {
  assert.equal(withoutRemedy(damaged), 'a.png: is empty');
  assert.equal(withoutRemedy(large), 'a.png: 9 pixels, 4 are allowed');
  assert.equal(withoutRemedy('a.png: is a folder; name a file'), 'a.png: is a folder; name a file');
});
