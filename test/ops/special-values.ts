/** Op cases on numbers that are none, or hardly one: every engine must answer with what `reference` answers. */
import type { TypedArray } from '../../src/core/dtype.js';
import { isFloat } from '../../src/core/dtype.js';
import { Rng } from '../../src/core/rng.js';
import type { Engine } from '../../src/engine/engine.js';
import { inputValues, type OpCase } from './op-case.js';
import { type Answers, answer, compiledAnswer } from './run-case.js';

export const palettes = {
  none: [Number.NaN, Infinity, -Infinity, 0, -0, 1e-40, -1e-40],
  huge: [3e38, -3e38, 1e30, -1e30],
} as const;

/** Share of the numbers that are replaced. */
const share = 0.15;

export type Palette = keyof typeof palettes;

/**
 * The case with some numbers of its floating inputs replaced, others at each seed. A convolution keeps its weights: whether
 * they meet its padding, 0 · NaN, is left to engines.
 */
export function withSpecials(opCase: OpCase, palette: Palette, seed: number): OpCase {
  const from = palettes[palette];
  const inputs = opCase.inputs.map((spec, place) => {
    const isKernel = place === 1 && opCase.ops.includes('conv2d');
    if (!isFloat(spec.dtype ?? 'float32') || isKernel) return spec;
    const rng = new Rng(seed, place, opCase.name.length);
    const values = [...inputValues(opCase.name, spec, place)].map((value) =>
      rng.bool(share) ? (from[rng.int(from.length)] ?? value) : value,
    );
    return { ...spec, values };
  });
  return { ...opCase, inputs };
}

/** What is wrong with an engine's answers, empty where nothing is. */
export function problems(
  opCase: OpCase,
  engine: string | Engine,
  tolerance: number,
): readonly string[] {
  const expected = attempt(() => answer(opCase, 'reference'));
  return (['eager', 'compiled'] as const).flatMap((how) => {
    const actual = attempt(() =>
      how === 'eager' ? answer(opCase, engine) : compiledAnswer(opCase, engine),
    );
    if (typeof expected === 'string' || typeof actual === 'string')
      return expected === actual ? [] : [`${how}: ${text(actual)} instead of ${text(expected)}`];
    return differences(actual, expected, tolerance).map((difference) => `${how}: ${difference}`);
  });
}

function attempt(run: () => Answers): Answers | string {
  try {
    return run();
  } catch (error) {
    return String(error);
  }
}

const text = (result: Answers | string) => (typeof result === 'string' ? result : 'values');

function differences(actual: Answers, expected: Answers, tolerance: number): string[] {
  const parts = (['outputs', 'gradients'] as const).flatMap((part) =>
    expected[part].map((wanted, i) => [`${part}[${i}]`, actual[part][i], wanted] as const),
  );
  return parts.flatMap(([what, found, wanted]) => {
    if (wanted === null) return [];
    const difference = firstDifference(found?.data ?? [], wanted.data, tolerance);
    return difference === undefined ? [] : [what + difference];
  });
}

function firstDifference(
  actual: ArrayLike<number>,
  expected: TypedArray,
  tolerance: number,
): string | undefined {
  for (let i = 0; i < expected.length; i++) {
    const a = actual[i] ?? Number.NaN;
    const e = expected[i] ?? Number.NaN;
    if (Object.is(a, e) || a === e) continue;
    if (Math.abs(a - e) <= tolerance * Math.max(1, Math.abs(e))) continue;
    return `[${i}]: ${a}, reference ${e}`;
  }
  return undefined;
}
