/** What PyTorch's users write out of habit, in plain JavaScript: taken where it does no harm, else told what was meant. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as wick from '../../src/index.js';

/** The surface as JavaScript sees it. */
// biome-ignore lint/suspicious/noExplicitAny: what types would refuse is what is tried here.
const js = wick as any;
const p = () => js.zeros([1], { requiresGrad: true });

const refused: readonly (readonly [() => unknown, string])[] = [
  [
    () => new js.nn.Conv2d(3, 16, 5, 1, 2),
    'Conv2d: 1, 2 are given where one object with options is required: { stride: 1, padding: 2 }',
  ],
  [
    () => new js.vision.transforms.RandomCrop(32, 4),
    'RandomCrop: 4 is given where one object with options is required: { padding: 4 }',
  ],
  [
    () => new js.vision.transforms.RandomCrop(32, { padding: 4 }, 3),
    "RandomCrop: {'padding':4}, 3 are given where one object with options is required",
  ],
  [
    () => new js.nn.Linear(3, 2, false),
    'Linear: false is given where one object with options is required: { bias: false }',
  ],
  [
    () => new js.nn.BatchNorm2d(3, { affin: false }),
    "BatchNorm2d: option 'affin' is unknown; did you mean affine?",
  ],
  [
    () => new js.nn.LeakyReLU({ negativeSlope: 0.2 }),
    'LeakyReLU: negativeSlope={"negativeSlope":0.2} must be a number; write it alone: 0.2',
  ],
  [
    () => new js.optim.Adam([p()], { weight_decay: 1 }),
    "Adam: option 'weight_decay' is unknown; did you mean weightDecay?",
  ],
  [
    () => new js.optim.SGD([p()], { learningRate: 1 }),
    "SGD: option 'learningRate' is unknown; did you mean lr?",
  ],
  [
    () => new js.data.DataLoader([], { batch_size: 4 }),
    "DataLoader: option 'batch_size' is unknown; did you mean batchSize?",
  ],
  [
    () => js.nn.functional.crossEntropy(js.zeros([1, 2]), js.tensor([0]), js.ones([2])),
    'crossEntropy: a Tensor is given where one object with options is required: { weight: a Tensor }',
  ],
  [
    () => js.nn.functional.mseLoss(p(), p(), { reduction: 'average' }),
    'mseLoss: reduction="average" must be one of none, mean, sum',
  ],
  [
    () => js.nn.init.kaimingNormal_(js.zeros([2, 2]), { mode: 'fan_out' }),
    'kaimingNormal_: mode="fan_out" must be one of fanIn, fanOut; did you mean fanOut?',
  ],
  [
    () => p().sum(0, true),
    'sum: true is given where one object with options is required: { keepdim: true }',
  ],
  [
    () => js.zeros([2], { dtype: 'float16' }),
    'zeros: dtype="float16" is not known; known are bool, uint8, int32, float32, float64, and int64 as another name of int32',
  ],
  [
    () => p().to('cuda'),
    "to: device=\"cuda\" must be 'cpu' or 'gpu'; useDevice('auto') chooses one and says which",
  ],
];

/** Messages quote values in one way or another; which is not the matter here. */
const plain = (text: string) => text.replaceAll('"', "'");

for (const [call, message] of refused)
  test(message, () => {
    assert.throws(call, (error: Error) => {
      assert.equal(plain(error.message), plain(message));
      return true;
    });
  });

test('MNIST.open(root, { train: false }) does not open the training images', async () => {
  await assert.rejects(js.vision.datasets.MNIST.open('somewhere', { train: false }), {
    name: 'ValueError',
    message: "MNIST: option 'train' is unknown; train: false is split: 'test'",
  });
});

test('what does no harm is taken as PyTorch has it', () => {
  const x = js.tensor([1, 2], { dtype: 'int64' });
  assert.equal(x.dtype, 'int32');
  assert.equal(x.to('cpu'), x);
  assert.equal(js.tensor([1.5]).long().dtype, 'int32');
  assert.equal(js.eye(2, { dtype: 'int32' }).dtype, 'int32');
  const model = new js.nn.Linear(1, 1);
  assert.equal(model.to('cpu'), model);
  const w = p();
  const loss = w.mul(2).sum();
  loss.backward({ retainGraph: true });
  loss.backward();
  assert.equal(w.grad.item(), 4);
  assert.equal(String(new js.nn.ReLU({ inplace: true })), 'ReLU(inplace=True)');
});
