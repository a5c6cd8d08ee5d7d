import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder, wick, wickAgain } from './run-wick.js';

const folder = temporaryFolder();
const own = join(folder, 'own');
mkdirSync(own);
writeFileSync(join(own, 'resnet18.pth'), 'any');
const env = {
  WICK_MODELS: own,
  WICK_CACHE: join(folder, 'cache'),
  TORCH_HOME: join(folder, 'torch'),
  https_proxy: 'http://127.0.0.1:9', // nobody answers there
};

test('wick models lists every network with what its weights do and where they are', () => {
  const { code, out } = wick(folder, ['models'], env);
  assert.equal(code, 0);
  const row = (name: string) => new RegExp(`^${name} .*$`, 'm').exec(out)?.[0].split(/ {2,}/);
  assert.deepEqual(row('resnet18'), [
    'resnet18',
    '11.7 M',
    '1.81 G',
    '3×224×224',
    '69.8%',
    '89.1%',
    'here',
  ]);
  assert.deepEqual(row('vgg16'), [
    'vgg16',
    '138 M',
    '15.5 G',
    '3×224×224',
    '71.6%',
    '90.4%',
    '553 MB',
  ]);
  assert.deepEqual(row('lenet'), ['lenet', '61.7 k', '423 k', '1×32×32']);
  assert.match(out, /WICK_MODELS/);
  for (const line of out.split('\n')) assert.ok(line.length <= 80, line);
});

test('wick models NAME --json tells all weights of one network', async () => {
  const { code, out } = await wickAgain(folder, ['models', 'resnet50', '--json'], env);
  assert.equal(code, 0);
  const { weights, ...model } = JSON.parse(out) as { weights: Record<string, unknown>[] };
  assert.deepEqual(model, {
    name: 'resnet50',
    parameters: 25557032,
    multiplyAdds: 4089185256,
    inputShape: [3, 224, 224],
  });
  assert.deepEqual(
    weights.map(({ name, sha256, path }) => [name, sha256, path]),
    [
      ['IMAGENET1K_V1', '0676ba61', null],
      ['IMAGENET1K_V2', '11ad3fa6', null],
    ],
  );
});

test('what cannot be listed or fetched is told', async () => {
  const misspelt = await wickAgain(folder, ['models', 'resnet19'], env);
  assert.equal(misspelt.code, 1);
  assert.match(misspelt.err, /did you mean resnet18\?/);
  const none = await wickAgain(folder, ['models', 'lenet', '--download'], env);
  assert.match(none.err, /no weights of 'lenet' are published/);
  const nowhere = await wickAgain(folder, ['models', 'alexnet', '--download'], env);
  assert.equal(nowhere.code, 1);
  assert.match(nowhere.err, /no weights IMAGENET1K_V1; looked at [^;]*proxy 127\.0\.0\.1:9/);
});
