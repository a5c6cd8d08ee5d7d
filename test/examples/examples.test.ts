/** Examples are tests: each runs in a small form, and its output says that it worked. */
import '../../src/ops/index.js';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { saveTorch } from '../../src/io/save-torch.js';
import { skipInit } from '../../src/nn/init.js';
import { resnet18 } from '../../src/vision/models/resnet.js';
import { colored } from '../recipes/picture-folder.js';
import { put, temporaryFolder } from '../vision/datasets/temporary-folder.js';

const folder = fileURLToPath(new URL('../../examples/', import.meta.url));

/** What the last line of each example must look like. */
const lastLines: Readonly<Record<string, RegExp>> = {
  '01-tensors.js': /^y = (1\.9\d|2\.0\d)·t \+ (0\.9\d|1\.0\d)$/,
  '03-food.js': /^best accuracy (0|50|100)\.0 %$/,
  '02-digits.js': /^epoch 1 {2}loss \d\.\d{4} {2}accuracy ([6-9]\d\.\d) %$/,
};

test('every example is here', () => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.js'));
  assert.deepEqual(files.sort(), Object.keys(lastLines).sort());
});

/** Data of an example that looks for its own: photos in lists, and a network with weights as a file of PyTorch's. */
async function makeFood(root: string): Promise<Record<string, string>> {
  for (const name of ['red', 'green'])
    for (const i of [0, 1]) await put(root, `${name}${i}.png`, await colored(name, 64, i));
  await put(root, 'train.txt', 'red0.png 0\ngreen0.png 1\nred1.png 0\n');
  await put(root, 'test.txt', 'red0.png 0\ngreen1.png 1\n');
  await saveTorch(`${root}/resnet18.pth`, skipInit(() => resnet18()).stateDict());
  return { FOOD: root, WICK_MODELS: root };
}

for (const [file, lastLine] of Object.entries(lastLines))
  test(file, async (t) => {
    const env = file === '03-food.js' ? await makeFood(await temporaryFolder(t)) : {};
    const { status, stdout, stderr } = spawnSync(process.execPath, [folder + file], {
      encoding: 'utf8',
      env: { ...process.env, EPOCHS: '1', SAMPLES: '1280', ...env },
    });
    assert.equal(status, 0, stderr);
    assert.match(stdout.trimEnd().split('\n').at(-1) ?? '', lastLine);
    const source = readFileSync(`examples/${file.replace('.js', '.ts')}`, 'utf8');
    assert.ok(source.split('\n').length <= 80, 'an example over 80 lines is two examples');
  });
