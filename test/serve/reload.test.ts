/** Models are replaced while they answer. */
import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { saveSafetensors } from '../../src/io/safetensors.js';
import { modelsAnswer, predictAnswer } from '../../src/serve/answers.js';
import { serve } from '../../src/serve/serve.js';
import { createModel } from '../../src/vision/models/registry.js';
import { smallCard } from '../runs/untrained-run.js';
import { ask } from './ask.js';
import { greyPng, smallServer } from './small-server.js';

const asked = { method: 'POST', headers: { 'content-type': 'image/png' } };

/** Other weights, and other names of classes. */
async function replace(run: string, classes: readonly string[]): Promise<void> {
  await writeFile(join(run, 'model.json'), JSON.stringify({ ...smallCard, classes }));
  const model = createModel(smallCard.architecture);
  await saveSafetensors(join(run, 'checkpoints/best.safetensors'), model.stateDict());
}

test('a model that is replaced while it answers drops nobody', async (t) => {
  const { port, path, serving, reloads } = await smallServer(t);
  const body = await greyPng(1);
  const labels = new Set<string>();
  let going = true;
  const client = async () => {
    while (going) {
      const told = await ask(port, '/predict', { ...asked, body });
      assert.equal(told.status, 200, told.body);
      for (const { label } of predictAnswer.parse(JSON.parse(told.body)).predictions)
        labels.add(label);
    }
  };
  const clients = Array.from({ length: 8 }, client);
  for (const round of [1, 2, 3]) {
    await replace(path, [`a${round}`, `b${round}`]);
    await serving.reload();
  }
  const { body: after } = await ask(port, '/predict', { ...asked, body });
  going = false;
  await Promise.all(clients);
  assert.deepEqual(reloads, Array(3).fill(['run', null]));
  assert.deepEqual(
    predictAnswer
      .parse(JSON.parse(after))
      .predictions.map(({ label }) => label)
      .sort(),
    ['a3', 'b3'],
  );
  assert.ok(labels.size > 2, [...labels].join());
});

test('files that have changed are noticed; what cannot be loaded leaves the old model', async (t) => {
  const { port, path, reloads, errors } = await smallServer(t, { watchMs: 20 });
  const classes = async () =>
    modelsAnswer.parse(JSON.parse((await ask(port, '/models')).body)).models[0]?.classes.join();
  await replace(path, ['c', 'd']);
  await until(async () => (await classes()) === 'c,d');
  await writeFile(join(path, 'checkpoints/best.safetensors'), 'damaged');
  await until(async () => reloads.some(([, error]) => error !== null));
  // What has failed is not tried again until it changes.
  let count = -1;
  for (let round = 0; round < 5 && count !== reloads.length; round++) {
    count = reloads.length;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  assert.equal(reloads.length, count);
  await rm(path, { recursive: true });
  await until(async () => reloads.length > count);
  assert.equal((await ask(port, '/predict', { ...asked, body: await greyPng(1) })).status, 200);
  assert.match(
    (await ask(port, '/metrics')).body,
    /wick_model_loads_total\{.*result="failed"\} \d/,
  );
  assert.deepEqual(errors, []);
});

test('two models that are called alike are refused; others are told apart', async (t) => {
  const first = await smallServer(t);
  const second = await smallServer(t);
  const options = { host: '127.0.0.1', port: 0, token: null, onError: () => {} };
  await assert.rejects(serve([first.path, second.path], options), {
    name: 'ValueError',
    message: /^serve: '.*' and '.*' are both called 'run'; rename one of them$/,
  });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 10));
}
