/** Examples are tests: each runs in a small form, and its output says that it worked. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../examples/', import.meta.url));

/** What the last line of each example must look like. */
const lastLines: Readonly<Record<string, RegExp>> = {
  '01-tensors.js': /^y = (1\.9\d|2\.0\d)·t \+ (0\.9\d|1\.0\d)$/,
  '02-digits.js': /^epoch 1 {2}loss \d\.\d{4} {2}accuracy ([6-9]\d\.\d) %$/,
};

test('every example is here', () => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.js'));
  assert.deepEqual(files.sort(), Object.keys(lastLines).sort());
});

for (const [file, lastLine] of Object.entries(lastLines))
  test(file, () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [folder + file], {
      encoding: 'utf8',
      env: { ...process.env, EPOCHS: '1', SAMPLES: '1280' },
    });
    assert.equal(status, 0, stderr);
    assert.match(stdout.trimEnd().split('\n').at(-1) ?? '', lastLine);
    const source = readFileSync(`examples/${file.replace('.js', '.ts')}`, 'utf8');
    assert.ok(source.split('\n').length <= 80, 'an example over 80 lines is two examples');
  });
