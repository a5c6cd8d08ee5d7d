import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as nn from '../../src/nn/index.js';
import '../../src/ops/index.js';
import { ones, tensor, zeros } from '../../src/tensor/creation.js';
import { noGrad } from '../../src/tensor/grad-mode.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { counterValues } from './counter-values.js';
import { Net } from './small-net.js';

test('the tree is the fields, under PyTorch keys, own parameters first', () => {
  const net = new Net();
  assert.deepEqual(
    [...net.stateDict().keys()],
    [
      'logit_scale',
      'pixel_mean',
      'body.conv.weight',
      'body.conv.bias',
      'body.norm.weight',
      'body.norm.bias',
      'body.norm.running_mean',
      'body.norm.running_var',
      'body.norm.num_batches_tracked',
      'fc_head.weight',
      'fc_head.bias',
    ],
  );
  assert.deepEqual(
    net.namedParameters().map(([name]) => name),
    [
      'logit_scale',
      'body.conv.weight',
      'body.conv.bias',
      'body.norm.weight',
      'body.norm.bias',
      'fc_head.weight',
      'fc_head.bias',
    ],
  );
  assert.deepEqual(
    net.namedBuffers().map(([name]) => name),
    [
      'pixel_mean',
      'scratch',
      'body.norm.running_mean',
      'body.norm.running_var',
      'body.norm.num_batches_tracked',
    ],
  );
  assert.deepEqual(
    net.namedModules().map(([name]) => name),
    ['', 'body', 'body.conv', 'body.norm', 'fc_head'],
  );
  assert.deepEqual(
    net.namedChildren().map(([name]) => name),
    ['body', 'fc_head'],
  );
  assert.equal(net.parameters().length, 7);
  assert.equal(net.buffers().length, 5);
  assert.equal(net.children()[1], net.fcHead);
});

test('field names become keys by one rule', () => {
  const rule: Record<string, string> = {
    runningMean: 'running_mean',
    numBatchesTracked: 'num_batches_tracked',
    conv1: 'conv1',
    layer1: 'layer1',
    bn1: 'bn1',
    fc1: 'fc1',
    conv2d: 'conv2d',
    conv1x1: 'conv1x1',
    inProjWeight: 'in_proj_weight',
    layer1Norm: 'layer1_norm',
    maxExpAvgSq: 'max_exp_avg_sq',
    downsample: 'downsample',
    weight_g: 'weight_g',
    useSEBlock: 'use_se_block',
  };
  for (const [field, key] of Object.entries(rule)) assert.equal(nn.stateKey(field), key);
});

test('a module or parameter held twice is trained once and saved under both names', () => {
  class Tied extends nn.Module {
    readonly first = new nn.Linear(2, 2, { bias: false });
    readonly second = this.first;
  }
  const tied = new Tied();
  assert.equal(tied.parameters().length, 1);
  assert.equal(tied.modules().length, 2);
  assert.deepEqual([...tied.stateDict().keys()], ['first.weight', 'second.weight']);
  assert.equal(String(tied).match(/Linear/g)?.length, 2); // as PyTorch prints it
});

test('modules in a Map, a Set or an object are refused, not forgotten', () => {
  const layer = new nn.Linear(1, 1);
  for (const held of [new Map([['a', layer]]), new Set([layer]), { a: layer }]) {
    class Wrong extends nn.Module {
      readonly blocks = held;
    }
    assert.throws(() => new Wrong().parameters(), {
      name: 'ValueError',
      message:
        'Wrong.blocks: an object or Map of modules or parameters is not part of the tree; put modules into a ModuleDict',
    });
  }
});

test('a Sequential of a function or of a class is refused', () => {
  for (const wrong of [(x: Tensor) => x, nn.Linear])
    assert.throws(() => Reflect.construct(nn.Sequential, [wrong]), {
      message: /^Sequential: item '0' is function, a module is required$/,
    });
});

test('an array of modules is refused, not forgotten', () => {
  class Wrong extends nn.Module {
    readonly blocks = [new nn.ReLU()];
  }
  assert.throws(() => new Wrong().parameters(), {
    name: 'ValueError',
    message:
      'Wrong.blocks: an array of modules or parameters is not part of the tree; put modules into a ModuleList or Sequential',
  });
});

test('train and eval reach every module', () => {
  const net = new Net();
  assert.ok(net.modules().every((m) => m.training));
  assert.equal(net.eval(), net);
  assert.ok(net.modules().every((m) => !m.training));
  net.body.train();
  assert.equal(net.training, false);
  assert.equal(net.body.at(1).training, true);
});

test('apply visits children before parents', () => {
  const seen: string[] = [];
  new nn.Sequential(new nn.ReLU(), new nn.Sequential(new nn.Tanh())).apply((m) =>
    seen.push(m.constructor.name),
  );
  assert.deepEqual(seen, ['ReLU', 'Tanh', 'Sequential', 'Sequential']);
});

test('requiresGrad_ freezes, zeroGrad drops gradients', () => {
  const net = new Net();
  net.body.requiresGrad_(false);
  net
    .forward(counterValues([2, 1, 4, 4], 1))
    .sum()
    .backward();
  assert.deepEqual(
    net.parameters().map((p) => p.grad !== null),
    [true, false, false, false, false, true, true],
  );
  net.zeroGrad();
  assert.ok(net.parameters().every((p) => p.grad === null));
});

test('a replaced field is the one that counts, in its old place', () => {
  class Classifier extends nn.Module {
    readonly body = new nn.Linear(4, 3);
    fc: nn.Module = new nn.Linear(3, 10);
    readonly last = new nn.ReLU();
  }
  const model = new Classifier();
  model.fc = new nn.Linear(3, 2);
  assert.deepEqual(
    model.parameters().map((p) => p.shape),
    [[3, 4], [3], [2, 3], [2]],
  );
  assert.deepEqual(
    model.namedChildren().map(([name]) => name),
    ['body', 'fc', 'last'],
  );
});

test('getSubmodule finds a module by path or says what is there', () => {
  const net = new Net();
  assert.equal(net.getSubmodule('body.norm'), net.body.at(1));
  assert.equal(net.getSubmodule(''), net);
  assert.throws(() => net.getSubmodule('body.relu'), {
    name: 'ValueError',
    message: "getSubmodule: 'body.relu': Sequential has no 'relu'; it has conv, norm",
  });
});

test('containers run, list, and print their modules', () => {
  const first = new nn.Linear(2, 2);
  const named = new nn.Sequential({ first, act: new nn.ReLU() });
  assert.deepEqual([...named.stateDict().keys()], ['first.weight', 'first.bias']);
  assert.equal(named.length, 2);
  assert.equal(named.at(-1).constructor.name, 'ReLU');
  const x = tensor([[1, -1]]);
  assert.deepEqual(named.forward(x).toArray(), first.forward(x).relu().toArray());

  const list = new nn.ModuleList([first, new nn.ReLU()]);
  assert.equal(list.append(new nn.Tanh()).length, 3);
  assert.deepEqual(
    list.namedChildren().map(([name]) => name),
    ['0', '1', '2'],
  );
  assert.equal(
    String(list),
    'ModuleList(\n  (0): Linear(in_features=2, out_features=2, bias=True)\n  (1): ReLU()\n  (2): Tanh()\n)',
  );
  assert.throws(() => list.forward(x), {
    name: 'ValueError',
    message: 'ModuleList: has no forward(); write one, or call the modules it holds one by one',
  });
  assert.throws(() => list.at(3), { message: 'ModuleList: index 3 is out of range for 3 modules' });
  assert.throws(() => new nn.Sequential({ 'a.b': first }), /must not be empty nor contain a dot/);
});

test('constructors refuse what cannot work', () => {
  const refused: [() => unknown, string][] = [
    [
      () => new nn.Conv2d(3, 4, 3, { groups: 2 }),
      'Conv2d: inChannels=3 must be divisible by groups=2',
    ],
    [
      () => new nn.Conv2d(2, 3, 3, { groups: 2 }),
      'Conv2d: outChannels=3 must be divisible by groups=2',
    ],
    [() => new nn.Conv2d(0, 3, 3), 'Conv2d: inChannels=0 must be a whole number ≥ 1'],
    [
      () => new nn.Conv2d(1, 1, 3, { padding: 'same', stride: 2 }),
      "Conv2d: padding 'same' with stride 2×2, stride 1 is required; give the padding as a number",
    ],
    [
      () => new nn.Conv2d(1, 1, 3, { paddingMode: 'symmetric' as 'zeros' }),
      "Conv2d: paddingMode='symmetric' must be one of zeros, reflect, replicate, circular",
    ],
    [
      () => new nn.Conv2d(1, 1, 3, { padding: 'full' as 'same' }),
      'Conv2d: padding="full" must be a whole number ≥ 0 or a pair of them',
    ],
    [() => new nn.Linear(2, 1.5), 'Linear: outFeatures=1.5 must be a whole number ≥ 1'],
    [() => new nn.BatchNorm2d(0), 'BatchNorm2d: numFeatures=0 must be a whole number ≥ 1'],
    [() => new nn.GroupNorm(3, 4), 'GroupNorm: numChannels=4 must be divisible by numGroups=3'],
    [() => new nn.Dropout(1.1), 'Dropout: p=1.1 must be from 0 to 1'],
    [
      () => new nn.MaxPool2d(0),
      'MaxPool2d: kernelSize=0 must be a whole number ≥ 1 or a pair of them',
    ],
  ];
  for (const [make, message] of refused) assert.throws(make, { name: 'ValueError', message });
  assert.throws(() => new nn.BatchNorm2d(2).forward(zeros([3, 2])), {
    name: 'ShapeError',
    message: 'BatchNorm2d: input [3,2] has 2 dimensions, 4 are required',
  });
});

test('dropout drops a share p, scales the rest, and draws anew each time', () => {
  const x = ones([100, 100]);
  const layer = new nn.Dropout(0.3);
  const [a, b] = [layer.forward(x), layer.forward(x)];
  const dropped = a.data.filter((v) => v === 0).length / 10_000;
  assert.ok(Math.abs(dropped - 0.3) < 0.02, `${dropped} dropped`);
  assert.ok(a.data.every((v) => v === 0 || Math.abs(v - 1 / 0.7) < 1e-6));
  assert.notDeepEqual(a.data, b.data);
  assert.equal(layer.eval().forward(x), x);

  const planes = new nn.Dropout2d(0.5).forward(ones([10, 20, 2, 3]));
  const sums = planes.sum([2, 3]).data;
  assert.ok(sums.every((v) => v === 0 || v === 12));
  assert.ok(sums.includes(0) && sums.includes(12));
  assert.throws(() => new nn.Dropout2d().forward(x), /4 are required/);
  assert.throws(() => nn.functional.dropout(x, { p: -1 }), /p=-1 must be from 0 to 1/);
});

test('running statistics are state, not part of the tape', () => {
  const norm = new nn.BatchNorm1d(2);
  norm
    .forward(counterValues([4, 2], 1))
    .sum()
    .backward();
  assert.equal(norm.runningMean?.requiresGrad, false);
  assert.equal(norm.numBatchesTracked?.item(), 1);
  const before = norm.runningMean?.toArray();
  norm.eval().forward(counterValues([4, 2], 2));
  assert.deepEqual(norm.runningMean?.toArray(), before);
  assert.equal(norm.numBatchesTracked?.item(), 1);
  noGrad(() => norm.train().forward(counterValues([4, 2], 3)));
  assert.equal(norm.numBatchesTracked?.item(), 2);
});
