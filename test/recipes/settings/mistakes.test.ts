import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../../../src/ops/index.js';
import { layerOf, parseAssignment } from '../../../src/recipes/settings/assignments.js';
import { resolveSettings } from '../../../src/recipes/settings/resolve.js';

/** What is set, beside the defaults (adam), and the whole message. */
const mistakes: readonly (readonly [set: string, message: string | RegExp])[] = [
  ['optimizer.momentm=1', 'optimizer.momentm: is no setting; did you mean optimizer.momentum?'],
  ['momentum=0.9', 'momentum: is no setting; did you mean optimizer.momentum?'],
  ['lr=3', 'lr: is no setting; did you mean optimizer.lr?'],
  ['learning_rate=3', 'learning_rate: is no setting; did you mean optimizer.lr?'],
  ['batch_size=3', 'batch_size: is no setting; did you mean batchSize?'],
  ['valSplit=0.1', 'valSplit: is no setting; did you mean split.val?'],
  [
    'model.depth=3',
    'model.depth: is no setting; did you mean model.name, as in blockCnn2, blockCnn3 and blockCnn4, which have the depth in their names?',
  ],
  ['epoch=3', 'epoch: is no setting; did you mean epochs?'],
  [
    'loss.smoothing=0.1',
    /^loss\.smoothing: is no setting; known in loss are name, labelSmoothing, /,
  ],
  ['qqqqqq=1', /^qqqqqq: is no setting; known are data, split, loader, /],
  [
    'optimizer.momentum=0.9',
    'optimizer.momentum: adam has no such setting, only sgd and rmsprop have; adam has lr, betas, eps, amsgrad, weightDecay',
  ],
  [
    'optimizer=adm',
    'optimizer.name: given "adm", one of sgd, adam, adamw, rmsprop is required; did you mean adam?',
  ],
  [
    'schedule=cosin',
    /^schedule\.name: given "cosin", one of step, .* is required; did you mean cosine\?$/,
  ],
  [
    'schedule=step',
    'schedule.stepSize: is missing for step, a number above 0 and up to 1,000,000 is required',
  ],
  ['schedule.stepSize=2', /^schedule\.name: is missing, one of step, /],
  ['epochs=0', 'epochs: given 0, a whole number from 1 to 100,000 is required'],
  ['epochs=1.5', 'epochs: given 1.5, a whole number from 1 to 100,000 is required'],
  ['epochs=many', 'epochs: given "many", a whole number from 1 to 100,000 is required'],
  ['epochs=null', 'epochs: given null, a whole number from 1 to 100,000 is required'],
  ['optimizer.lr=-1', 'optimizer.lr: given -1, a number above 0 and up to 1,000,000 is required'],
  [
    'optimizer.betas=[0.9]',
    'optimizer.betas: given [0.9], a pair, each a number from 0 and below 1 is required',
  ],
  [
    'optimizer.betas=[0.9,1]',
    'optimizer.betas.1: given 1, a pair, each a number from 0 and below 1 is required',
  ],
  ['clip=-1', 'clip.norm: given -1, a number above 0 and up to 1,000,000, or none is required'],
  ['warmup=soon', 'warmup: given "soon", { epochs, startFactor } is required'],
  [
    'data.cache=rm',
    'data.cache: given "rm", one of none, ram, disk is required; did you mean ram?',
  ],
  ['compile=yes', 'compile: given "yes", true or false is required'],
  ['__proto__.x=1', '__proto__.x: is no setting'],
  ['optimizer={"__proto__":{"lr":1}}', 'optimizer.__proto__: is no setting'],
  [
    'time=5x',
    'time: given "5x", a number above 0 and up to 100,000,000, or none, or with a unit, such as 90s, 10m, 1h30m, is required',
  ],
  ['time=0s', /^time: given 0, a number above 0 /],
  ['foo', "set: given 'foo', a setting and its value are required: KEY=VALUE"],
];

for (const [text, message] of mistakes)
  test(`--set ${text}`, () => {
    assert.throws(() => resolveSettings(layerOf([parseAssignment(text)])), {
      name: 'ValueError',
      message,
    });
  });

test('a time is seconds, or has its unit, as a text, too', () => {
  const time = (given: string | number) => resolveSettings({ time: given }).time;
  assert.deepEqual([90, '90', '90s', '1.5m', '1h30m'].map(time), [90, 90, 90, 90, 5400]);
});

test('what does not go together is refused before anything is opened', () => {
  assert.throws(() => resolveSettings({ optimizer: { name: 'sgd', nesterov: true } }), {
    name: 'ValueError',
    message: /^SGD: nesterov with momentum=0/,
  });
});
