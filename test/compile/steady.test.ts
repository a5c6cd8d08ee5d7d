/** What a compiled step computes once from weights that it does not change: after any write to them it gives what eager ops give. */
import assert from 'node:assert/strict';
import { after, afterEach, beforeEach, describe, test } from 'node:test';
import {
  type Compiled,
  compile,
  manualSeed,
  nn,
  noGrad,
  ones,
  optim,
  rand,
  randint,
  randn,
  setThreads,
  type Tensor,
  train,
  useEngine,
} from '../../src/index.js';
import { fromArray } from '../../src/tensor/creation.js';
import { withoutNarrow } from '../engine/native/machine.js';
import { presentEngines } from '../engine/present.js';

afterEach(() => {
  setThreads(2);
});
after(() => {
  useEngine('reference');
});

/** Every way of computing a convolution or a product, some in evaluation mode with a normalisation behind. */
function network() {
  return new nn.Sequential(
    new nn.Conv2d(3, 16, 7, { stride: 2, padding: 3 }),
    new nn.BatchNorm2d(16),
    new nn.ReLU(),
    new nn.Conv2d(16, 16, 3, { padding: 1 }), // Winograd
    new nn.BatchNorm2d(16),
    new nn.Conv2d(16, 16, 3, { padding: 1, groups: 16 }),
    new nn.ReLU(),
    new nn.Conv2d(16, 24, 3, { stride: 2, padding: 1 }),
    new nn.Conv2d(24, 20, 1),
    new nn.Flatten(),
    new nn.Linear(20 * 8 * 8, 70),
    new nn.Linear(70, 10),
  );
}

const numbersOf = (t: Tensor) => (t.toArray() as number[][]).flat();

type Step = (x: Tensor) => Tensor;

/** A network in evaluation, as its user has it: called eagerly, compiled before, and compiled for the occasion. */
class Evaluation {
  readonly model: nn.Sequential;
  readonly x: Tensor;
  readonly step: Compiled<[Tensor], Tensor>;
  private readonly eager: Step = (x) => noGrad(() => this.model.forward(x));
  private last: readonly number[] = [];

  constructor(
    readonly engine: string,
    private readonly precision: 'float32' | 'bfloat16' = 'float32',
  ) {
    manualSeed(3);
    this.model = network().eval();
    noGrad(() => {
      for (const weight of this.model.parameters()) weight.mul_(2); // Signals that do not fade.
    });
    this.x = rand([3, 3, 32, 32]);
    this.step = compile(this.eager, { precision });
    this.check();
  }

  /** A layer's weight and statistics, by their names in the state dict. */
  at(name: string): Tensor {
    const found = this.model.stateDict().get(name);
    assert.ok(found !== undefined, name);
    return found;
  }

  /** Compares, and makes sure that the outputs have changed by much more than a tolerance since the last time. */
  check(): void {
    const actual = numbersOf(this.step(this.x));
    const fresh = compile(this.eager, { precision: this.precision });
    assert.deepEqual(actual, numbersOf(fresh(this.x)));
    fresh.dispose();
    assert.deepEqual(numbersOf(this.step(this.x)), actual);
    if (this.precision === 'float32')
      numbersOf(this.eager(this.x)).forEach((value, i) => {
        const difference = Math.abs((actual[i] ?? Number.NaN) - value);
        assert.ok(difference <= 5e-5 * (1 + Math.abs(value)), `${i}: ${actual[i]}, ${value}`);
      });
    const change = Math.max(...actual.map((value, i) => Math.abs(value - (this.last[i] ?? 9))));
    assert.ok(change > 5e-3, `changed by ${change}`);
    this.last = actual;
  }
}

const layers = ['0.weight', '3.weight', '5.weight', '7.weight', '8.weight', '10.weight'] as const;

/** What a user may do to the weights of a compiled network. */
const writes: Readonly<Record<string, (given: Evaluation) => void>> = {
  'copy_ into a weight': (given) =>
    noGrad(() => {
      for (const name of layers) {
        const weight = given.at(name);
        weight.copy_(randn(weight.shape).mul(0.2));
        given.check();
      }
    }),
  'a bias, and what a normalisation knows': (given) =>
    noGrad(() => {
      for (const name of ['3.bias', '4.running_mean', '4.running_var', '1.weight', '1.bias']) {
        given.at(name).add_(0.7);
        given.check();
      }
    }),
  loadStateDict: (given) => {
    given.model.loadStateDict(network().eval().stateDict());
    given.check();
  },
  'an optimizer, eager and compiled': (given) => {
    const optimizer = new optim.SGD(given.model.parameters(), { lr: 1e-3 });
    const learn = (x: Tensor): Tensor[] => {
      optimizer.zeroGrad();
      given.model.forward(x).square().mean().backward();
      optimizer.step();
      return [];
    };
    for (const step of [learn, compile(learn)]) {
      step(given.x);
      given.check();
    }
  },
  'a forward pass in training, which moves statistics': (given) => {
    given.model.train();
    noGrad(() => given.model.forward(given.x.mul(9)));
    given.model.eval();
    given.check();
  },
  'averaged weights for a while': (given) => {
    const averaging = new train.WeightAveraging({ decay: 0.5, warmup: false });
    averaging.onFitStart({ model: given.model } as unknown as train.Trainer); // all that it looks at
    noGrad(() => given.at('3.weight').mul_(3));
    given.check();
    averaging.onValidationStart();
    given.check();
    averaging.onValidationEnd();
    given.check();
  },
  'a view of a weight': (given) =>
    noGrad(() => {
      given.at('3.weight').detach().reshape([16, 144]).mul_(1.5);
      given.check();
    }),
  'the array of a weight': (given) => {
    const array = given.at('3.weight').data;
    for (const place of [0, 80]) {
      array.fill(0.5, place, place + 80);
      given.check();
    }
  },
  'another engine': (given) => {
    useEngine('reference');
    noGrad(() => given.at('3.weight').mul_(1.5));
    useEngine(given.engine);
    given.check();
  },
  'another number of threads': (given) => {
    for (const threads of [1, 3]) {
      setThreads(threads);
      noGrad(() => given.at('3.weight').mul_(1.5));
      given.check();
    }
  },
  'after dispose()': (given) => {
    given.step.dispose();
    noGrad(() => given.at('3.weight').mul_(1.5));
    given.check();
  },
};

const compiling = presentEngines.filter((name) => name !== 'reference');

for (const engine of compiling)
  describe(`engine ${engine} sees`, () => {
    beforeEach(() => {
      setThreads(2);
      useEngine(engine);
    });

    for (const [what, write] of Object.entries(writes))
      test(what, () => {
        const given = new Evaluation(engine);
        assert.match(given.step.program, /once: /);
        write(given);
      });

    test('an array that it was given before, where that is changed', () => {
      const array = new Float32Array(16 * 16 * 9).fill(0.1);
      const weight = fromArray(array, [16, 16, 3, 3]);
      const x = ones([1, 16, 24, 24]);
      const step = compile((given: Tensor) => noGrad(() => nn.functional.conv2d(given, weight)));
      for (const value of [0.1, 0.2, 0.3]) {
        array.fill(value);
        const [first = 0] = step(x).data;
        assert.ok(Math.abs(first - 144 * value) < 1e-3, `${first}`);
      }
    });

    test('what is written into layers that a training step leaves alone', () => {
      type Train = (images: Tensor, labels: Tensor) => Tensor;
      const losses = (ready: (step: Train) => Train & { program?: string }) => {
        manualSeed(5);
        const model = network();
        const [x, y] = [rand([3, 3, 32, 32]), randint(10, [3])];
        for (const name of ['0', '3', '7']) model.getSubmodule(name).requiresGrad_(false);
        const trained = model.parameters().filter(({ requiresGrad }) => requiresGrad);
        const optimizer = new optim.SGD(trained, { lr: 0.05 });
        const step = ready((images: Tensor, labels: Tensor) => {
          optimizer.zeroGrad();
          const loss = nn.functional.crossEntropy(model.forward(images), labels);
          loss.backward();
          optimizer.step();
          return loss;
        });
        const seen = [step(x, y).item(), step(x, y).item()];
        noGrad(() => model.stateDict().get('3.weight')?.mul_(-1));
        seen.push(step(x, y).item(), step(x, y).item());
        return { seen, program: step.program ?? '' };
      };
      const compiled = losses((step) => compile(step));
      assert.match(compiled.program, /once: .*conv2dBackwardInput/);
      const eager = losses((step) => step);
      assert.ok(Math.abs((eager.seen[2] ?? 0) - (eager.seen[1] ?? 0)) > 1e-2, `${eager.seen}`);
      compiled.seen.forEach((loss, i) => {
        assert.ok(Math.abs(loss - (eager.seen[i] ?? 0)) < 1e-4, `${compiled.seen}, ${eager.seen}`);
      });
    });
  });

describe('in bfloat16, engine native sees', { skip: withoutNarrow }, () => {
  beforeEach(() => {
    setThreads(2);
    useEngine('native');
  });

  for (const what of ['copy_ into a weight', 'a bias, and what a normalisation knows'])
    test(what, () => writes[what]?.(new Evaluation('native', 'bfloat16')));
});
