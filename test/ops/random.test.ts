/** Random tensors: the same seed gives the same numbers, and they are spread as they should be. */
import '../../src/ops/index.js';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { beforeEach, describe, test } from 'node:test';
import { compile } from '../../src/compile/compile.js';
import { CaptureError } from '../../src/core/errors.js';
import { useEngine } from '../../src/engine/select.js';
import {
  rand,
  randint,
  randintLike,
  randLike,
  randn,
  randnLike,
  randperm,
} from '../../src/ops/random.js';
import { zeros } from '../../src/tensor/creation.js';
import { Generator, initialSeed, manualSeed } from '../../src/tensor/generator.js';
import type { Tensor } from '../../src/tensor/tensor.js';

beforeEach(() => {
  useEngine('reference');
  manualSeed(42);
});

describe('seeds', () => {
  test('the same seed gives the same numbers, another seed others', () => {
    const draw = () => [rand([5]), randn([5]), randint(100, [5]), randperm(10)].map(String);
    const first = draw();
    const second = draw();
    manualSeed(42);
    assert.deepEqual(draw(), first);
    assert.notDeepEqual(second, first);
    manualSeed(43);
    assert.notDeepEqual(draw(), first);
  });

  test('a generator of its own neither disturbs the default one nor follows it', () => {
    const own = new Generator(7);
    const drawn = rand([4], { generator: own }).toArray();
    const next = rand([4]).toArray();
    manualSeed(42);
    assert.deepEqual(rand([4]).toArray(), next);
    assert.deepEqual(rand([4], { generator: new Generator(7) }).toArray(), drawn);
    assert.notDeepEqual(rand([4], { generator: new Generator(7, 1) }).toArray(), drawn);
  });

  test('a process that is given no seed draws one, and tells it', () => {
    const index = new URL('../../src/index.js', import.meta.url);
    const program = `import { initialSeed, manualSeed, randn } from '${index}';
      const [drawn, seed] = [String(randn([4])), initialSeed()];
      manualSeed(seed);
      console.log(JSON.stringify({ seed, same: String(randn([4])) === drawn }));`;
    const run = () =>
      JSON.parse(
        execFileSync(process.execPath, ['--input-type=module', '-e', program], {
          encoding: 'utf8',
        }),
      );
    const [a, b] = [run(), run()];
    assert.notEqual(a.seed, b.seed);
    assert.ok(a.same && b.same);
    assert.equal(initialSeed(), 42);
  });

  test('seeds drawn from a generator move it on as ops do, and only outside of recorded steps', () => {
    const generator = new Generator(9);
    const seeds = [generator.drawSeed(), generator.drawSeed()];
    assert.notEqual(seeds[0], seeds[1]);
    const again = new Generator(9);
    rand([1], { generator: again });
    assert.equal(again.drawSeed(), seeds[1]);
    assert.throws(() => compile((x: Tensor) => x.mul(again.drawSeed()))(zeros([1])), CaptureError);
  });

  test('a seed above 32 bits counts in full', () => {
    const at = (seed: number) => rand([2], { generator: new Generator(seed) }).toArray();
    assert.notDeepEqual(at(2 ** 40 + 1), at(1));
    assert.deepEqual(at(2 ** 40 + 1), at(2 ** 40 + 1));
  });
});

describe('distributions', () => {
  const n = 20_000;

  test('rand is uniform over [0, 1)', () => {
    const x = rand([n]);
    assert.ok(x.min().item() >= 0 && x.max().item() < 1);
    near(x.mean().item(), 0.5, 0.01);
    near(x.var().item(), 1 / 12, 0.003);
  });

  test('randn has mean 0, deviation 1 and the tails of a normal distribution', () => {
    const x = randn([n]);
    near(x.mean().item(), 0, 0.03);
    near(x.std().item(), 1, 0.02);
    near(x.abs().gt(1.96).float().mean().item(), 0.05, 0.006);
    near(x.pow(3).mean().item(), 0, 0.1);
  });

  test('randint reaches every number from low to high − 1 equally often', () => {
    const x = randint(-2, 3, [n]);
    for (let value = -2; value < 3; value++) near(x.eq(value).float().mean().item(), 0.2, 0.012);
    assert.deepEqual([x.min().item(), x.max().item()], [-2, 2]);
  });

  test('randperm holds every number once, and each place is as likely', () => {
    const order = randperm(1000);
    assert.deepEqual(
      [...order.data].sort((a, b) => a - b),
      Array.from({ length: 1000 }, (_, i) => i),
    );
    const firsts = Array.from({ length: 600 }, () => randperm(3).at(0).item());
    for (const value of [0, 1, 2])
      near(firsts.filter((first) => first === value).length / 600, 1 / 3, 0.07);
  });
});

test('options and tensors like another', () => {
  const like = zeros([2, 3], { dtype: 'float64' });
  const made = [randLike(like), randnLike(like), randintLike(like, 0, 5), randn([2, 3])];
  assert.deepEqual(
    made.map((x) => x.dtype),
    ['float64', 'float64', 'float64', 'float32'],
  );
  for (const x of made) assert.deepEqual(x.shape, [2, 3]);
  assert.deepEqual([randint(3, [2]).dtype, randperm(4).dtype], ['int32', 'int32']);
  assert.equal(randint(3, [2], { dtype: 'uint8' }).dtype, 'uint8');
  assert.equal(rand([2], { requiresGrad: true }).requiresGrad, true);
  assert.deepEqual(randperm(0).toArray(), []);
});

function near(actual: number, expected: number, within: number): void {
  assert.ok(Math.abs(actual - expected) <= within, `${actual}, expected ${expected} ± ${within}`);
}
