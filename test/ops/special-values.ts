/** Cases on numbers that are none, or hardly one: every engine must answer with what `reference` answers. */
import '../../src/ops/index.js';
import { isFloat, type TypedArray } from '../../src/core/dtype.js';
import { Rng } from '../../src/core/rng.js';
import type { Shape } from '../../src/core/shape.js';
import type { Engine } from '../../src/engine/engine.js';
import type { Precision } from '../../src/engine/precision.js';
import { type Answers, answer, compiledAnswer } from './answers.js';
import { inputValues, type OpCase } from './op-case.js';

export const palettes = {
  none: [Number.NaN, Infinity, -Infinity, 0, -0, 1e-40, -1e-40],
  infinite: [Number.NaN, Infinity, -Infinity],
  huge: [3e38, -3e38, 1e30, -1e30],
} as const;

export type Palette = keyof typeof palettes;

/** Which inputs may get them, by place and shape. */
export type Replaces = (place: number, shape: Shape) => boolean;

/**
 * The case with some numbers of its floating inputs replaced: at each seed others, by one or two of the palette's, and few
 * or many, so that NaN does not cover what infinities do.
 */
export function withSpecials(
  opCase: OpCase,
  palette: Palette,
  seed: number,
  replaces: Replaces = () => true,
): OpCase {
  const all = palettes[palette];
  const choice = new Rng(seed, 1000, opCase.name.length);
  const from = [choice, choice].map((rng) => all[rng.int(all.length)] ?? 0);
  const few = choice.bool();
  const inputs = opCase.inputs.map((spec, place) => {
    if (!isFloat(spec.dtype ?? 'float32') || !replaces(place, spec.shape)) return spec;
    const rng = new Rng(seed, place, opCase.name.length);
    const values = [...inputValues(opCase.name, spec, place)];
    const count = few ? 3 : Math.ceil(values.length / 7);
    for (let i = 0; i < count && values.length > 0; i++)
      values[rng.int(values.length)] = from[rng.int(from.length)] ?? 0;
    return { ...spec, values };
  });
  return { ...opCase, inputs };
}

/** What an engine is asked. */
export interface Asked {
  readonly engine: string | Engine;
  /** Largest difference, relative to the element, or to 1 where it is smaller. */
  readonly tolerance: number;
  /** @default 'float32' */
  readonly precision?: Precision;
  /** Whether eager ops are asked, too; in float32. @default true */
  readonly eager?: boolean;
  /**
   * How large the terms are that each element of the outputs is a sum of; differences are then relative to them, and where
   * they leave float32's range anything goes. Gradients are not looked at.
   */
  readonly magnitudes?: readonly TypedArray[] | undefined;
}

/** What is wrong with an engine's answers, empty where nothing is. */
export function problems(opCase: OpCase, expected: Answers, asked: Asked): readonly string[] {
  const { engine, precision = 'float32', eager = true } = asked;
  const compiled = compiledAnswer(opCase, engine, precision);
  const answers =
    eager && precision === 'float32' ? { eager: answer(opCase, engine), compiled } : { compiled };
  return Object.entries(answers).flatMap(([how, actual]) =>
    differences(actual, expected, asked).map((difference) => `${how}: ${difference}`),
  );
}

/** The terms' sizes of a case whose outputs are sums of products. */
export function magnitudesOf(opCase: OpCase): readonly TypedArray[] {
  const inputs = opCase.inputs.map((spec, place) =>
    isFloat(spec.dtype ?? 'float32')
      ? { ...spec, values: [...inputValues(opCase.name, spec, place)].map(Math.abs) }
      : spec,
  );
  return answer({ ...opCase, inputs }, 'reference').outputs.map(({ data }) => data);
}

function differences(
  actual: Answers,
  expected: Answers,
  { tolerance, magnitudes }: Asked,
): string[] {
  const compare = (part: 'outputs' | 'gradients', sizes?: readonly TypedArray[]) =>
    expected[part].flatMap((wanted, i) => {
      if (wanted === null) return [];
      const { data } = wanted;
      const found = actual[part][i]?.data ?? [];
      const place = firstDifference(found, data, sizes?.[i] ?? data, tolerance);
      if (place === undefined) return [];
      return [`${part} ${i} [${place}]: ${found[place]}, reference ${data[place]}`];
    });
  if (magnitudes !== undefined) return compare('outputs', magnitudes);
  return [...compare('outputs'), ...compare('gradients')];
}

function firstDifference(
  actual: ArrayLike<number>,
  expected: TypedArray,
  sizes: TypedArray,
  tolerance: number,
): number | undefined {
  for (let i = 0; i < expected.length; i++) {
    const a = actual[i] ?? 0;
    const e = expected[i] ?? 0;
    const size = Math.abs(sizes[i] ?? 0);
    const isWild = sizes !== expected && size === Infinity; // float32 has lost it on the way
    const near = Math.abs(a - e) <= tolerance * Math.max(1, size);
    if (!isWild && !Object.is(a, e) && a !== e && !near) return i;
  }
  return undefined;
}
