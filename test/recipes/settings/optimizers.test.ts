import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../../../src/ops/index.js';
import * as optim from '../../../src/optim/index.js';
import { settingKeys } from '../../../src/recipes/settings/keys.js';
import { makeOptimizer, type OptimizerName } from '../../../src/recipes/settings/optimizers.js';
import { resolveSettings } from '../../../src/recipes/settings/resolve.js';
import { tensor } from '../../../src/tensor/creation.js';
import { Parameter } from '../../../src/tensor/parameter.js';

const classes = {
  sgd: optim.SGD,
  adam: optim.Adam,
  adamw: optim.AdamW,
  rmsprop: optim.RMSprop,
} as const satisfies Record<OptimizerName, unknown>;

const parameter = () => new Parameter(tensor([1, -2, 0.5]));

test('every optimizer of optim is a setting', () => {
  const there = Object.values(optim).filter(
    (value) => typeof value === 'function' && value.prototype instanceof optim.Optimizer,
  );
  assert.deepEqual(new Set(there), new Set<unknown>(Object.values(classes)));
});

for (const [name, Class] of Object.entries(classes) as [OptimizerName, typeof optim.Adam][])
  test(`${name}: all options, whose defaults are the class's`, () => {
    const made = makeOptimizer(resolveSettings({ optimizer: name }).optimizer, [parameter()]);
    assert.ok(made instanceof Class);
    const own = new Class([parameter()]);
    assert.deepEqual(made.stateDict().paramGroups, own.stateDict().paramGroups);
    const options = settingKeys().filter(
      (key) => key.key.startsWith('optimizer.') && key.of === name,
    );
    const { params: _, ...known } = own.stateDict().paramGroups[0] ?? {};
    assert.deepEqual(
      new Set(options.map(({ key }) => key.slice('optimizer.'.length))),
      new Set(Object.keys(known)),
    );
  });

/** For each option, another value: two steps by it are those of the class, and other than by default. */
const others: Readonly<Record<OptimizerName, Readonly<Record<string, unknown>>>> = {
  sgd: { lr: 0.5, momentum: 0.9, dampening: 0.5, weightDecay: 0.1, nesterov: true },
  adam: { lr: 0.5, betas: [0.5, 0.9], eps: 0.1, weightDecay: 0.1, amsgrad: true },
  adamw: { lr: 0.5, betas: [0.5, 0.9], eps: 0.1, weightDecay: 0.5, amsgrad: true },
  rmsprop: { lr: 0.5, alpha: 0.5, eps: 0.1, weightDecay: 0.1, momentum: 0.9, centered: true },
};
const together: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  dampening: { momentum: 0.9 },
  nesterov: { momentum: 0.9 },
};

function steps(optimizer: optim.Optimizer, param: Parameter): number[] {
  for (const gradient of [
    [1, -2, 3],
    [0.01, 0.02, -0.01],
    [0.3, 0.1, -1],
  ]) {
    param.grad = tensor(gradient);
    optimizer.step();
  }
  return [...param.data];
}

for (const [name, options] of Object.entries(others) as [OptimizerName, object][])
  for (const [option, value] of Object.entries(options))
    test(`optimizer.${option} of ${name} changes the steps as the class's option does`, () => {
      const base = together[option] ?? {};
      const run = (more: object) => {
        const param = parameter();
        const { optimizer } = resolveSettings(
          { optimizer: name },
          { optimizer: { ...base, ...more } },
        );
        return steps(makeOptimizer(optimizer, [param]), param);
      };
      const changed = run({ [option]: value });
      assert.notDeepEqual(changed, run({}));
      const param = parameter();
      const Class = classes[name] as typeof optim.Adam;
      assert.deepEqual(changed, steps(new Class([param], { ...base, [option]: value }), param));
    });

test('every option of every optimizer is in the table', () => {
  const keys = settingKeys().filter(({ key, of }) => key.startsWith('optimizer.') && of !== null);
  assert.deepEqual(
    keys.map(({ key, of }) => `${of} ${key}`).sort(),
    Object.entries(others)
      .flatMap(([name, options]) => Object.keys(options).map((key) => `${name} optimizer.${key}`))
      .sort(),
  );
});
