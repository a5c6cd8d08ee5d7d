/**
 * Which cases meet numbers that are none, infinite, hardly more than 0 or near the end of float32, and where engines are
 * free to differ (docs/numbers.md): Winograd is off, and what follows here is left out.
 */
import type { TypedArray } from '../../src/core/dtype.js';
import type { Shape } from '../../src/core/shape.js';
import { type Answers, answer } from '../ops/answers.js';
import { families } from '../ops/cases.js';
import type { OpCase } from '../ops/op-case.js';
import {
  type Asked,
  magnitudesOf,
  type Palette,
  problems,
  withSpecials,
} from '../ops/special-values.js';
import { chains } from './special-chains.js';

/** A case with its special numbers in place, and the right answer. */
export interface Question {
  readonly group: string;
  readonly opCase: OpCase;
  readonly palette: Palette;
  readonly expected: Answers;
  /** Where the outputs are sums of products, how large these are. */
  readonly magnitudes: readonly TypedArray[] | undefined;
}

/** Ops whose outputs are sums of products: where partial sums leave float32's range, engines may answer ±∞ or NaN. */
const sums = /^(sum|mean|var|std|conv2d.*|matmul|linear|.*[aA]vgPool2d)$/;

/** Ops with numbers beside their input that are no data: weights of a convolution, which may meet its padding, and scales. */
const parameterized = /^(conv2d.*|batchNorm.*|layerNorm|groupNorm)$/;

/** Random ops have nothing to replace, and an update of numbers without end is lost one way or another. */
const unasked: Readonly<Record<Palette, RegExp>> = {
  none: /^(random|nn-dropout|nn-optimizer)$/,
  infinite: /^(random|nn-dropout|nn-optimizer)$/,
  huge: /^(random|nn-dropout|nn-optimizer|nn-loss)$/,
};

/** The gradient of the weights of a transposed convolution meets padding, too. */
const withoutPadded = (opCase: OpCase): OpCase =>
  /^convTranspose/.test(opCase.name) ? { ...opCase, grad: false } : opCase;

/** Probabilities are refused outside 0 to 1; test/nn/losses.test.ts asks. */
const refuses = ({ ops }: OpCase) => ops.some((op) => /^bce/.test(op));

/** The cases of the op table. */
export function tableQuestions(palette: Palette, seed: number): Question[] {
  return Object.entries(families)
    .filter(([family]) => !unasked[palette].test(family))
    .flatMap(([group, cases]) =>
      cases
        .filter((opCase) => !refuses(opCase))
        .map(withoutPadded)
        .map((opCase) => {
          const first = palette === 'huge' || opCase.ops.some((op) => parameterized.test(op));
          const replaces = (place: number) => !first || place === 0;
          return question(group, palette, withSpecials(opCase, palette, seed, replaces));
        }),
    );
}

/** What plans fuse. Equal maxima are told apart by rounding, so that pooling gets no numbers that nearly are. */
export function chainQuestions(seed: number): Question[] {
  return chains.map((opCase) => {
    const palette = /pooling/.test(opCase.name) ? 'infinite' : 'none';
    return question('chains', palette, withSpecials(opCase, palette, seed, isData(opCase)));
  });
}

/**
 * The products among them, for bfloat16, which takes subnormal numbers for zeros. Maxima and gradients are left out, which rounding
 * moves from place to place.
 */
export function bfloat16Questions(seed: number): Question[] {
  return chains
    .filter(({ name, ops }) => ops.some((op) => narrow.test(op)) && !/pooling/.test(name))
    .map((opCase) => {
      const special = withSpecials(opCase, 'infinite', seed, isData(opCase));
      return question('chains', 'infinite', { ...special, grad: false });
    });
}

/** Ops that multiply numbers of bfloat16. */
const narrow = /^(conv2d|linear)$/;

const isData = (opCase: OpCase) => (place: number, shape: Shape) =>
  shape.length > 1 && !(place === 1 && opCase.ops.includes('conv2d'));

function question(group: string, palette: Palette, opCase: OpCase): Question {
  const isSum = palette === 'huge' && opCase.ops.some((op) => sums.test(op));
  const magnitudes = isSum ? magnitudesOf(opCase) : undefined;
  return { group, palette, opCase, expected: answer(opCase, 'reference'), magnitudes };
}

/** Of bfloat16 only which results are numbers, and roughly which. */
const bfloat16Tolerance = 0.25;

/** What an engine says wrongly. */
export function wrongAnswers(
  { opCase, palette, expected, magnitudes }: Question,
  asked: Pick<Asked, 'engine' | 'precision' | 'eager'>,
): readonly string[] {
  const tolerance = Math.max(10 * (opCase.tolerance ?? 0), 1e-4);
  const found = problems(opCase, expected, {
    ...asked,
    ...{ tolerance: asked.precision === 'bfloat16' ? bfloat16Tolerance : tolerance, magnitudes },
  });
  return found.map((problem) => `${opCase.name} (${palette}): ${problem}`);
}

/** Whether the right answer is no plain number somewhere. */
export function isSpecial({ expected }: Question): boolean {
  return expected.outputs.some(({ data }) => data.some((value) => !(Math.abs(value) < 1e25)));
}
