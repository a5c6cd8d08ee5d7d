/** The questions that a case of the op table is asked. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { type DType, viewOf } from '../../src/core/dtype.js';
import { numel, type Shape } from '../../src/core/shape.js';
import { type OpSpec, opNames, opSpec } from '../../src/graph/op.js';
import { gradcheck } from '../../src/tensor/gradcheck.js';
import { typicalSize } from '../typical.js';
import { type Answer, type Answers, onEngine } from './answers.js';
import { makeInputs, type OpCase } from './op-case.js';

interface WrittenAnswer {
  readonly shape: Shape;
  readonly dtype: DType;
  /** Base64 of the elements. */
  readonly data: string;
}

interface WrittenAnswers {
  readonly outputs: readonly WrittenAnswer[];
  readonly gradients: readonly (WrittenAnswer | null)[];
}

/** PyTorch's answers to the cases of a family, by name (scripts/goldens/ops.py); tests run in the repository's root. */
export function readGoldens(family: string): ReadonlyMap<string, Answers> {
  const text = gunzipSync(readFileSync(`test/goldens/ops.${family}.json.gz`)).toString();
  const written: Record<string, WrittenAnswers> = JSON.parse(text);
  return new Map(
    Object.entries(written).map(([name, { outputs, gradients }]) => [
      name,
      { outputs: outputs.map(decode), gradients: gradients.map((g) => g && decode(g)) },
    ]),
  );
}

function decode({ shape, dtype, data }: WrittenAnswer): Answer {
  const { buffer } = Uint8Array.from(Buffer.from(data, 'base64'));
  return { shape, dtype, data: viewOf(dtype, buffer, 0, numel(shape)) };
}

/** Asserts that shapes and dtypes are equal and values are as near as `tolerance` says. */
export function assertClose(actual: Answers, expected: Answers, tolerance: number): void {
  const pairs = [
    ...expected.outputs.map((e, i) => [`output ${i}`, actual.outputs[i] ?? null, e] as const),
    ...expected.gradients.map(
      (e, i) => [`gradient of input ${i}`, actual.gradients[i] ?? null, e] as const,
    ),
  ];
  assert.equal(actual.outputs.length, expected.outputs.length, 'number of outputs');
  for (const [what, a, e] of pairs) {
    if (a === null || e === null) {
      assert.equal(a === null, e === null, `${what}: one flows, the other does not`);
      continue;
    }
    assert.deepEqual([...a.shape], [...e.shape], `${what}: shape`);
    assert.equal(a.dtype, e.dtype, `${what}: dtype`);
    assertValues(what, a.data, e.data, tolerance);
  }
}

/** Each element within `tolerance` of its own size, or of the typical one where it is smaller; infinities and NaN in the same places. */
export function assertValues(
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): void {
  assert.equal(actual.length, expected.length, `${what}: length`);
  const typical = typicalSize(expected);
  for (let i = 0; i < expected.length; i++) {
    const a = actual[i] ?? 0;
    const e = expected[i] ?? 0;
    const scale = Math.max(typical, Math.abs(e));
    const near = Object.is(a, e) || a === e || Math.abs(a - e) <= tolerance * scale;
    if (!near) assert.fail(`${what}[${i}]: ${a}, expected ${e} (± ${tolerance} × ${scale})`);
  }
}

/** Gradients in float64 against central differences. */
export function checkGradients(opCase: OpCase): void {
  onEngine('reference', () => {
    const inputs = makeInputs(opCase, 'float64');
    const elements = inputs.reduce((n, x) => n + (x.requiresGrad ? x.numel() : 0), 0);
    gradcheck((...given) => opCase.run(...given), inputs, { fastMode: elements > 64 });
  });
}

/** The ops that `fn` calls. */
export function opsCalledBy(fn: () => void): Set<string> {
  const called = new Set<string>();
  const restore: (() => void)[] = [];
  for (const name of opNames()) {
    const spec: { -readonly [K in keyof OpSpec]: OpSpec[K] } = opSpec(name);
    const { infer } = spec;
    spec.infer = (inputs, attrs) => {
      called.add(name);
      return infer.call(spec, inputs, attrs);
    };
    restore.push(() => {
      spec.infer = infer;
    });
  }
  try {
    fn();
  } finally {
    for (const undo of restore) undo();
  }
  return called;
}
