import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CheckpointError } from '../../src/core/errors.js';
import * as nn from '../../src/nn/index.js';
import '../../src/ops/index.js';
import { ones, zeros } from '../../src/tensor/creation.js';
import { counterValues } from './counter-values.js';
import { Net } from './small-net.js';

test('a state dict shares memory with the model and carries no past', () => {
  const net = new Net();
  const weight = net.stateDict().get('fc_head.weight');
  assert.ok(weight);
  assert.equal(weight.requiresGrad, false);
  assert.equal(weight.data, net.fcHead.weight.data);
});

test('loadStateDict copies values in place and converts dtypes', () => {
  const [from, to] = [new Net(), new Net()];
  const kept = to.fcHead.weight.data;
  const state = from.stateDict();
  state.set('fc_head.weight', (state.get('fc_head.weight') ?? zeros([])).to('float64'));
  assert.deepEqual(to.loadStateDict(state), { missingKeys: [], unexpectedKeys: [] });
  assert.equal(to.fcHead.weight.data, kept);
  assert.equal(to.fcHead.weight.dtype, 'float32');
  const x = counterValues([2, 1, 4, 4], 1);
  assert.deepEqual(to.forward(x).toArray(), from.forward(x).toArray());
});

test('loadStateDict names everything that does not fit, and then changes nothing', () => {
  const net = new nn.Sequential(new nn.Linear(2, 3), new nn.Linear(3, 1));
  const before = net.at(0).parameters()[0]?.toArray();
  const state = new Map([
    ['0.weight', ones([3, 2])],
    ['0.bias', ones([4])],
    ['1.weight', ones([1, 3])],
    ['2.weight', ones([1])],
  ]);
  const message =
    'Sequential: the state dict does not fit the model:\n' +
    "  missing keys: '1.bias'\n" +
    "  unexpected keys: '2.weight'\n" +
    '  size mismatch for 0.bias: [4] given, [3] required\n' +
    'build the model as it was when saved, or drop what differs and pass { strict: false }';
  assert.throws(() => net.loadStateDict(state), { name: 'CheckpointError', message });
  assert.deepEqual(net.at(0).parameters()[0]?.toArray(), before);
  assert.throws(() => net.loadStateDict(state, { strict: false }), CheckpointError); // sizes must agree

  state.delete('0.bias');
  assert.deepEqual(net.loadStateDict(state, { strict: false }), {
    missingKeys: ['0.bias', '1.bias'],
    unexpectedKeys: ['2.weight'],
  });
  assert.deepEqual(net.at(0).parameters()[0]?.toArray(), [
    [1, 1],
    [1, 1],
    [1, 1],
  ]);
});

test('keys that are near each other are named together, and prefixes are explained', () => {
  const net = new nn.Sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3));
  const good = net.stateDict();
  const misspelt = new Map(
    [...good].map(([key, value]) => [key.replace('running', 'runing'), value]),
  );
  assert.throws(() => net.loadStateDict(misspelt), {
    message:
      'Sequential: the state dict does not fit the model:\n' +
      "  missing keys: '1.running_mean' (near: '1.runing_mean'), '1.running_var' (near: '1.runing_var')\n" +
      "  unexpected keys: '1.runing_mean' (near: '1.running_mean'), '1.runing_var' (near: '1.running_var')\n" +
      'build the model as it was when saved, or drop what differs and pass { strict: false }',
  });
  const wrapped = new Map([...good].map(([key, value]) => [`module.${key}`, value]));
  assert.throws(
    () => net.loadStateDict(wrapped),
    /\nits keys begin with 'module\.', which the model's do not: pass \{ rename: \(key\) => key\.slice\(7\) \}$/,
  );
  const inner = new Map([...net.at(1).stateDict()]);
  assert.throws(
    () => net.loadStateDict(inner),
    /\nthe model's keys begin with '1\.', which these do not: pass \{ rename: \(key\) => `1\.\$\{key\}` \}$/,
  );
  const loaded = net.loadStateDict(wrapped, { rename: (key) => key.slice(7) });
  assert.deepEqual(loaded, { missingKeys: [], unexpectedKeys: [] });
  const rename = (key: string) => (key.endsWith('weight') ? '0.weight' : key);
  assert.throws(() => net.loadStateDict(good, { rename }), {
    name: 'ValueError',
    message: "loadStateDict: rename gives two keys the name '0.weight'",
  });
  const only = { rename: (key: string) => (key.startsWith('0') ? key : null), strict: false };
  assert.deepEqual(net.loadStateDict(good, only).unexpectedKeys, []);
});

test('names from files are shown harmlessly, and few of them', () => {
  const net = new nn.Linear(2, 3);
  const many = new Map(
    Array.from({ length: 500 }, (_, i) => [`${'x'.repeat(1000)}\x1b${i}`, ones([1])]),
  );
  assert.throws(
    () => net.loadStateDict(many),
    (error: Error) => {
      assert.ok(error.message.length < 1500, error.message);
      assert.match(error.message, /… *'.* and 490 more\n/);
      return true;
    },
  );
});

test('files from before num_batches_tracked still load', () => {
  const norm = new nn.BatchNorm2d(2);
  const state = norm.stateDict();
  state.delete('num_batches_tracked');
  assert.deepEqual(norm.loadStateDict(state).missingKeys, []);
  state.delete('running_var');
  assert.throws(() => norm.loadStateDict(state), /missing keys: 'running_var'/);
});
