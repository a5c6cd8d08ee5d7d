/** Emitted kernels touch no byte but those that they are said to reach: one beside them would end the process. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { nativeLevels, withoutNarrow, withoutNative } from './machine.js';

const program = fileURLToPath(new URL('./every-kernel.js', import.meta.url));

function run(...args: readonly string[]): string[] {
  const { stdout, stderr, status, signal } = spawnSync(process.execPath, [program, ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  assert.equal(signal ?? status, 0, stderr.trim().split('\n').slice(-3).join('\n'));
  return JSON.parse(stdout);
}

const everywhere = ['convGradient', 'convRows', 'depthwiseRows', 'dot', 'lineInput', 'lineOutput'];
const others = ['momentSums', 'poolRows', 'product', 'winogradInput', 'winogradTurnedWeights'];

describe('kernels reach what they say', {
  skip: withoutNative || process.platform !== 'linux',
}, () => {
  const assertRan = (ran: readonly string[], names: readonly string[]) =>
    assert.deepEqual(
      names.filter((name) => !ran.includes(name)),
      [],
    );

  for (const level of nativeLevels)
    test(`${level}, float32`, () => {
      assertRan(run(level, 'float32'), [
        ...everywhere,
        ...others,
        ...(level === 'avx2' ? [] : ['randomFill']),
      ]);
    });

  for (const level of nativeLevels.filter((some) => some !== 'avx2'))
    test(`${level}, bfloat16`, { skip: withoutNarrow }, () => {
      assertRan(run(level, 'bfloat16'), [
        'flatSum',
        'pairWeights',
        ...(level === 'amx' ? ['tileConv'] : []),
      ]);
    });
});
