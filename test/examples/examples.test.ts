/** Examples are tests: each runs in a small form, and its output says that it worked. */
import '../../src/ops/index.js';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { saveTorch } from '../../src/io/save-torch.js';
import { skipInit } from '../../src/nn/init.js';
import { resnet18 } from '../../src/vision/models/resnet.js';
import { temporaryFolder as temporaryCli, wick } from '../cli/run-wick.js';
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
  const files = readdirSync(folder).filter((file) => /^\d.*\.js$/.test(file));
  assert.deepEqual(files.sort(), Object.keys(lastLines).sort());
});

test('recipe-digits.ts, where no wick is installed, is trained and measured by the command line', () => {
  const cwd = temporaryCli();
  copyFileSync('examples/recipe-digits.ts', `${cwd}/recipe-digits.ts`);
  const env = { WICK_CACHE: `${cwd}/cache` };
  const small = ['--limit', '300', '--epochs', '1', '--workers', '0', '--seed', '0'];
  const trained = wick(cwd, ['train', 'recipe-digits.ts', ...small], env);
  assert.equal(trained.code, 0, trained.err);
  assert.match(
    trained.out,
    /^Net on 1×28×28, adamw lr 0\.003, cosine, batches of 64, loader\.workers 0, seed 0$/m,
  );
  const measured = wick(cwd, ['evaluate', 'runs/recipe-digits-1'], env);
  assert.equal(measured.code, 0, measured.err);
  const refused = wick(cwd, ['evaluate', 'runs/recipe-digits-1'], { WICK_CACHE: `${cwd}/other` });
  assert.equal(refused.code, 1);
  assert.match(
    refused.err,
    /may not start it by itself; look at it, and pass --recipe \S+recipe-digits\.ts to run it\n$/,
  );
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
