import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nn } from '../../src/index.js';
import { formatSummary } from '../../src/report/format-summary.js';
import { type SummaryOptions, summary } from '../../src/report/summary.js';

const conv = () =>
  new nn.Sequential({
    features: new nn.Sequential(new nn.Conv2d(1, 2, 3), new nn.ReLU()),
    head: new nn.Linear(8, 3),
  });

/** What `summary` prints and returns. */
function printed(
  mock: import('node:test').TestContext['mock'],
  model: nn.Module,
  options?: SummaryOptions,
) {
  const log = mock.method(console, 'log', () => {});
  const result = options === undefined ? summary(model) : summary(model, options);
  log.mock.restore();
  return {
    result,
    lines: log.mock.calls.flatMap(({ arguments: [text] }) => String(text).split('\n')),
  };
}

test('a model alone has its layers and parameters', ({ mock }) => {
  const { result, lines } = printed(mock, conv());
  assert.deepEqual(lines, [
    '===============================',
    'Layer (type:depth-idx)  Param #',
    '===============================',
    'Sequential                   --',
    '├─Sequential: 1-1            --',
    '│    ├─Conv2d: 2-1           20',
    '│    ├─ReLU: 2-2             --',
    '├─Linear: 1-2                27',
    '===============================',
    'Total params: 47',
    'Trainable params: 47',
    'Non-trainable params: 0',
    '===============================',
  ]);
  assert.equal(result.totalParameters, 47);
  assert.equal(result.layers[0]?.inputShape, null);
});

test('a first layer that is linear tells the input; what comes before it may forbid that', ({
  mock,
}) => {
  const flat = new nn.Sequential(new nn.Linear(784, 10), new nn.ReLU());
  assert.deepEqual(printed(mock, flat).result.layers[0]?.inputShape, [1, 784]);
  class Pooled extends nn.Module {
    readonly fc = new nn.Linear(4, 2);
    override forward(x: Parameters<nn.Linear['forward']>[0]) {
      return this.fc(nn.functional.avgPool2d(x, 2).flatten(1));
    }
  }
  assert.equal(printed(mock, new Pooled()).result.layers[0]?.inputShape, null);
});

test('with an input it has shapes, and verbose: 0 prints nothing', ({ mock }) => {
  const model = new nn.Sequential(
    conv().getSubmodule('features'),
    new nn.Flatten(),
    new nn.Linear(8, 3),
  );
  const { result, lines } = printed(mock, model, { inputSize: [5, 1, 4, 4] });
  assert.deepEqual(lines, formatSummary(result).split('\n'));
  assert.match(lines[5] ?? '', /Conv2d: 2-1 +\[5,1,4,4\] +\[5,2,2,2\] +20 +400$/);
  assert.deepEqual(printed(mock, model, { inputSize: [5, 1, 4, 4], verbose: 0 }).lines, []);
  assert.throws(() => summary(model, { input_size: [1] } as SummaryOptions), {
    message: "summary: option 'input_size' is unknown; did you mean inputSize?",
  });
});
