import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readModelCard } from '../../src/runs/model-card.js';
import { RunFolder } from '../../src/runs/run-folder.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';

const card = {
  format: 'wick-model/1',
  architecture: { name: 'mnistCnn', options: { numClasses: 2, inChannels: 1, imageSize: 28 } },
  inputShape: [1, 28, 28],
  classes: ['__proto__', 'constructor'],
  transform: { name: 'Compose', transforms: [{ name: 'ToTensor' }] },
};

async function read(t: TestContext, text: string) {
  const run = await RunFolder.create('x', join(await temporaryFolder(t), 'run'));
  await writeFile(run.file('model.json'), text);
  return await readModelCard(run);
}

test('class names are names, whatever they say in JavaScript', async (t) => {
  assert.deepEqual((await read(t, JSON.stringify(card))).classes, ['__proto__', 'constructor']);
});

test('a field that is not what it may be is named, with what is there', async (t) => {
  const options = (change: object) => ({
    architecture: { name: 'mnistCnn', options: { ...card.architecture.options, ...change } },
  });
  const cases: readonly (readonly [change: object, message: string])[] = [
    [{ format: 'wick-model/9' }, 'field \'format\': given "wick-model/9", expected '],
    [
      { classes: ['1'] },
      "field 'architecture.options.numClasses': given 2, must be 1, by the number of 'classes'; ",
    ],
    [{ classes: ['a', 'a'] }, 'field \'classes.1\': given "a", names a class twice; '],
    [{ classes: ['a', 3] }, "field 'classes.1': given 3, expected string"],
    [{ classes: [] }, "field 'classes': given [], expected array to have "],
    [options({ numClasses: 1e9 }), "field 'architecture.options.numClasses': given 1000000000, "],
    [
      { architecture: { name: 'mnistCnn', options: {} } },
      "field 'architecture.options.numClasses': given undefined, must be 2, ",
    ],
    [options({ imageSize: 32 }), "field 'architecture.options.imageSize': given 32, must be 28, "],
    [options({ inChannels: 3 }), "field 'architecture.options.inChannels': given 3, must be 1, "],
    [{ inputShape: [2, 28, 28] }, "field 'inputShape.0': given 2, "],
    [{ inputShape: [1, 28, 1e6] }, "field 'inputShape.2': given 1000000, "],
    [{ transform: null }, "field 'transform': given null, must be a transform: an object "],
  ];
  for (const [change, message] of cases)
    await assert.rejects(read(t, JSON.stringify({ ...card, ...change })), (error: Error) => {
      assert.equal(error.name, 'DataError');
      const [, detail = ''] = error.message.split('model.json: ');
      assert.ok(detail.startsWith(message), `${detail}\nnot: ${message}`);
      assert.match(detail, /; it was changed, or comes from another version of wick$/);
      return true;
    });
});

test('a file that is no model.json by its size or content is refused', async (t) => {
  await assert.rejects(read(t, '{'), { message: /model\.json: is no JSON \(/ });
  await assert.rejects(read(t, ' '.repeat(2 ** 22 + 1)), {
    message: /model\.json: has 4194305 bytes, at most 4194304 are allowed$/,
  });
  await assert.rejects(read(t, `{"a":"[[","b":${'['.repeat(65)}`), {
    message: /model\.json: has lists and objects over 64 deep in each other$/,
  });
  await assert.rejects(read(t, `["${'['.repeat(99)}\\"[[",{}]`), {
    message: /field '': given \["\[/,
  });
  await assert.rejects(read(t, '[]'), { message: /field '': given \[\], expected object/ });
  const run = await RunFolder.create('x', join(await temporaryFolder(t), 'run'));
  await assert.rejects(readModelCard(run), {
    message: /model\.json: there is no such file$/,
  });
});
