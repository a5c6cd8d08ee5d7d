/** A run by a recipe file is measured, asked, gone on with and repeated like any other. */
import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { appendFile, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { evaluate } from '../../../src/runs/evaluate.js';
import { reproduce } from '../../../src/runs/reproduce.js';
import { resume } from '../../../src/runs/resume.js';
import { train } from '../../../src/runs/train.js';
import { TrainedModel } from '../../../src/runs/trained-model.js';
import { encodePng } from '../../../src/vision/codecs/sharp.js';
import { Image } from '../../../src/vision/image.js';
import { recipeFolder, whole } from './recipe-file.js';

const options = { data: { limit: 60 }, loader: { workers: 0 }, seed: 3, report: false } as const;

async function trained(t: Parameters<typeof recipeFolder>[0], epochs = 2) {
  const { folder, file } = await recipeFolder(t, whole);
  const out = join(folder, 'run');
  return { folder, file, out, ...(await train(file, { ...options, epochs, out })) };
}

test('it trains by its own network, loss, transforms and settings; what is set besides counts', async (t) => {
  const { run, file, summary } = await trained(t);
  const { recipe, code, settings } = JSON.parse(await readFile(run.file('config.json'), 'utf8'));
  const card = JSON.parse(await readFile(run.file('model.json'), 'utf8'));
  assert.equal(recipe, 'file');
  assert.equal(code.path, file);
  assert.equal(settings.batchSize, 20);
  assert.equal(settings.optimizer.name, 'sgd');
  assert.equal(card.architecture.name, 'Net');
  assert.deepEqual(card.code, { ...code, gives: ['model', 'transform'] });
  assert.ok((summary.last?.train.loss ?? 9) < 2 * Math.log(10), 'it learned');
  const [first] = await run.readLog('steps.jsonl');
  assert.ok(Math.abs((first?.loss ?? 0) - 2 * Math.log(10)) < 0.5, 'twice the cross entropy'); // of equal scores
});

test('it is evaluated by its own loss, and predicts by its own transform', async (t) => {
  const { run, summary } = await trained(t);
  const { loss, accuracy, notes } = await evaluate(run);
  assert.ok(Math.abs(loss - (summary.best?.heldOut.loss ?? 0)) < 1e-5);
  assert.equal(accuracy, summary.best?.heldOut.accuracy);
  assert.deepEqual(notes, []);
  const model = await TrainedModel.load(run);
  const white = new Image(28, 28, 1);
  white.data.fill(255);
  const { input } = await model.prepare(await encodePng(white));
  assert.ok(input.data.every((value) => value === 0.5));
});

test('it goes on, and is reproduced, to the same bits', async (t) => {
  const { out, folder } = await trained(t, 1);
  const { run } = await resume(out, { settings: { epochs: 2 }, report: false });
  const { same, files } = await reproduce(out, { out: join(folder, 'again') });
  assert.ok(same, JSON.stringify(files));
  assert.equal((await run.readLog('metrics.jsonl')).at(-1)?.epoch, 2);
});

test('a file that was changed is named: refused where bits count, a note where it is named otherwise', async (t) => {
  const { out, file, folder } = await trained(t, 1);
  await appendFile(file, '// more\n');
  const recipe = file;
  const changed = /the code in .*my-recipe\.ts was SHA-256 \w+… and is SHA-256 \w+… now/;
  await assert.rejects(resume(out, { recipe, settings: { epochs: 2 } }), changed);
  await assert.rejects(reproduce(out, { recipe }), changed);
  const { notes } = await evaluate(out, { recipe });
  assert.match(notes.join(), /my-recipe\.ts is not as it was when the run was trained/);
  assert.equal((await TrainedModel.load(out)).notes.length, 1, 'it has been named now');
  const { changed: told } = await reproduce(out, { force: true, out: join(folder, 'again') });
  assert.match(told.join(), changed);
});

test('no run starts code that has not been run here, also where path and content agree', async (t) => {
  const { out, file, folder } = await trained(t, 1);
  await rm(join(folder, 'cache'), { recursive: true });
  const refused = {
    name: 'DataError',
    message: /may not start it by itself; look at it, and pass/,
  };
  await assert.rejects(TrainedModel.load(out), refused);
  await assert.rejects(evaluate(out), refused);
  await assert.rejects(resume(out), refused);
  await assert.rejects(reproduce(out), refused);
  await TrainedModel.load(out, { recipe: file });
  await TrainedModel.load(out);
  await rm(file);
  await assert.rejects(TrainedModel.load(out), /which is not there any more; pass/);
});
