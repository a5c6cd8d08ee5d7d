/** What is asked of a described network on an engine, and which smaller network answers as wrongly. */
import type { TypedArray } from '../../src/core/dtype.js';
import type { Engine } from '../../src/engine/engine.js';
import { referenceEngine } from '../../src/engine/reference/reference.js';
import { typicalSize } from '../typical.js';
import { type Outcome, type Setting, train } from './fuzz-run.js';
import type { Block, NetworkSpec } from './fuzz-spec.js';
import { soil } from './soil.js';

/**
 * Largest difference, relative to the element, or to the tensor's typical one where it is smaller. Engines add in float32 in another order, which is
 * off by some 1e-6 over these depths and three steps; Winograd's transforms by ten times that.
 */
const tolerance = 2e-5;

/** Of gradients, and of the parameters that they have moved, some by more than what was there. */
const gradientTolerance = 5e-5;

/**
 * Largest difference of a gradient relative to the largest gradient of all: what a bias before a normalisation, or a
 * channel that it makes vanish, has for a gradient is the rounding of larger numbers.
 */
const rounding = 1e-5;

/**
 * A number that rounds to the other side of a ReLU's corner, or loses a maximum by its last bit, moves gradients by far
 * more than rounding. With other numbers in the same network it is gone, and a mistake is not.
 */
const draws = 3;

export interface Verdict {
  /** What is wrong; empty for a network that is right. */
  readonly problems: readonly string[];
  /** How many draws of weights and images were looked at. */
  readonly draws: number;
  /** What was compiled, as text. */
  readonly programs: readonly string[];
}

/** Trains on the engine that is asked: here, or in a page. */
export type Trains = (
  spec: NetworkSpec,
  setting: Pick<Setting, 'compiled' | 'draw'> & { readonly soiled?: boolean },
) => Promise<Outcome>;

/** Compiled twice, the second time in memory with NaN in it, and eagerly on `engine`, against `reference`. */
export function check(spec: NetworkSpec, engine: Engine): Promise<Verdict> {
  return checkWhere(spec, async (description, { soiled = false, ...setting }) => {
    const clean = soiled ? soil(engine) : undefined;
    const outcome = await train(description, { engine, ...setting });
    clean?.();
    return outcome;
  });
}

/** The same of an engine that is elsewhere. */
export async function checkWhere(spec: NetworkSpec, trains: Trains): Promise<Verdict> {
  for (let draw = 0; ; draw++) {
    const { certain, likely, programs } = await problemsOf(spec, trains, draw);
    const seen = { draws: draw + 1, programs };
    if (certain.length > 0 || likely.length === 0) return { problems: certain, ...seen };
    if (draw === draws - 1) return { problems: likely, ...seen };
  }
}

/**
 * The share of a tensor's size by which its error may differ from float32 in the first step: operands are rounded by 2⁻⁹ of
 * themselves, in float16 by 2⁻¹¹, and a normalisation of few numbers makes more of that.
 */
const narrowTolerances = { bfloat16: 0.1, float16: 0.025 } as const;

/** Compiled twice in a precision of two bytes on `engine`: the same bits, and in the first step near `reference`. */
export async function checkNarrow(
  spec: NetworkSpec,
  engine: Engine,
  precision: keyof typeof narrowTolerances = 'bfloat16',
): Promise<Verdict> {
  for (let draw = 0; ; draw++) {
    const expected = await train(spec, { engine: referenceEngine, compiled: false, draw });
    const setting = { engine, compiled: true, precision, draw } as const;
    const compiled = await train(spec, setting);
    const seen = { draws: draw + 1, programs: compiled.programs };
    const certain = unequal(compiled, await train(spec, setting));
    const name = 'logits of step 0';
    const [found, wanted] = [compiled.values.get(name), expected.values.get(name)];
    if (found === undefined || wanted === undefined) return { problems: ['no logits'], ...seen };
    const error = size(found.map((v, i) => v - (wanted[i] ?? 0))) / size(wanted);
    const isNear = error <= narrowTolerances[precision]; // false for NaN
    const problems = isNear ? certain : [...certain, `${name}: off by ${error} of their size`];
    if (certain.length > 0 || isNear || draw === draws - 1) return { problems, ...seen };
  }
}

const size = (array: TypedArray) => Math.hypot(...Array.from(array, Number));

async function problemsOf(spec: NetworkSpec, trains: Trains, draw: number) {
  const expected = await train(spec, { engine: referenceEngine, compiled: false, draw });
  const compiled = await trains(spec, { compiled: true, draw });
  const again = await trains(spec, { compiled: true, draw, soiled: true });
  const eager = await trains(spec, { compiled: false, draw });
  const pairs = [
    ...differences('compiled', compiled, expected),
    ...differences('eager', eager, expected),
  ];
  const certain = [
    ...unequal(compiled, again),
    // Loss and logits are continuous: no corner excuses them.
    ...pairs.filter(({ name }) => /(loss|logits) of step 0/.test(name)).map(({ text }) => text),
    ...pairs.filter(({ text }) => /missing|NaN/.test(text)).map(({ text }) => text),
  ];
  const { programs } = compiled;
  return { certain, likely: pairs.map(({ text }) => text), programs };
}

function unequal(one: Outcome, other: Outcome): string[] {
  const all = ({ values, gradients, state }: Outcome) => [...values, ...gradients, ...state];
  const others = new Map(all(other));
  return all(one)
    .filter(([name, array]) => {
      const twin = others.get(name);
      return twin === undefined || array.some((v, i) => !Object.is(v, twin[i]));
    })
    .map(([name]) => `${name}: two compiled runs differ`);
}

function differences(how: string, actual: Outcome, expected: Outcome) {
  const compare = (part: 'values' | 'gradients' | 'state', share: number, floor: number) =>
    [...expected[part]].flatMap(([name, wanted]) => {
      const text = difference(actual[part].get(name), wanted, share, floor);
      return text === undefined ? [] : [{ name, text: `${how}: ${name}: ${text}` }];
    });
  const largestGradient = Math.max(0, ...[...expected.gradients.values()].map(largest));
  return [
    ...compare('values', tolerance, 0),
    ...compare('gradients', gradientTolerance, rounding * largestGradient),
    ...compare('state', gradientTolerance, 0),
  ];
}

function difference(
  actual: TypedArray | undefined,
  expected: TypedArray,
  share: number,
  floor: number,
): string | undefined {
  if (actual?.length !== expected.length) return 'missing';
  const typical = typicalSize(expected);
  const allowedAt = (i: number) => share * Math.max(typical, Math.abs(expected[i] ?? 0)) + floor;
  let worst = 0;
  let at = 0;
  for (let i = 0; i < expected.length; i++) {
    const distance = Math.abs((actual[i] ?? 0) - (expected[i] ?? 0));
    if (Number.isNaN(distance)) return `[${i}] is NaN: ${actual[i]} instead of ${expected[i]}`;
    const excess = distance - allowedAt(i);
    if (excess > worst) [worst, at] = [excess, i];
  }
  if (worst === 0) return undefined;
  return `[${at}] is ${actual[at]} instead of ${expected[at]} (± ${allowedAt(at).toExponential(1)})`;
}

function largest(array: TypedArray): number {
  let most = 0;
  for (let i = 0; i < array.length; i++) most = Math.max(most, Math.abs(array[i] ?? 0));
  return most;
}

/** The smallest network that leaving out blocks one by one leads to, of those that still fail. */
export async function shrink(
  spec: NetworkSpec,
  fails: (smaller: NetworkSpec) => boolean | Promise<boolean>,
): Promise<NetworkSpec> {
  for (const smaller of smallerThan(spec)) if (await fails(smaller)) return shrink(smaller, fails);
  return spec;
}

function smallerThan(spec: NetworkSpec): NetworkSpec[] {
  const simpler: Partial<NetworkSpec>[] = [
    { head: { ...spec.head, hidden: [] } },
    { clips: false },
    { coarse: false },
    { frozen: 0 },
    { inputGradient: false },
    { loss: 'mse' },
    { optimizer: 'sgd' },
    { batch: 1 },
  ];
  return [
    ...without(spec.blocks).map((blocks) => ({ ...spec, blocks })),
    ...simpler
      .map((change) => ({ ...spec, ...change }))
      .filter((other) => JSON.stringify(other) !== JSON.stringify(spec)),
  ];
}

/** The lists with one block left out, or one residual block replaced by its branch. */
function without(blocks: readonly Block[]): (readonly Block[])[] {
  return blocks.flatMap((block, i) => {
    const replaced = (by: readonly Block[]) => [
      ...blocks.slice(0, i),
      ...by,
      ...blocks.slice(i + 1),
    ];
    if (block.kind !== 'residual') return [replaced([])];
    const inner = without(block.blocks).map((some) => replaced([{ ...block, blocks: some }]));
    return [replaced([]), replaced(block.blocks), ...inner];
  });
}
