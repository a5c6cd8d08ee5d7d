/** Folds many elements into one: by a thread each where they are few, else by the threads of a group together. */
import { numel, type Shape, stridesOf } from '../../../core/shape.js';
import type { Value } from '../../../graph/graph.js';
import { groupsFor, type Kernel, threadPlace } from '../kernel.js';
import { strided } from '../wgsl/places.js';

/** Threads of a group that fold together: more where sums are long, for there are often too few of them to fill a GPU. */
const usual = 64;
const many = 256;
const long = 64 * usual;

/** So many elements a thread folds by itself. */
const few = 128;

/** What is known of the elements that have been seen: variables, which `B` behind the name makes another part's. */
export interface Fold {
  /** Name, WGSL type and value before there are elements. */
  readonly state: readonly (readonly [name: string, type: string, start: string])[];
  /** Takes in element `q`, its number among those that are folded, whose place is `at`. */
  readonly take: string;
  /** Takes in what another part knows. */
  readonly merge: string;
  /** Writes the result number `o`. */
  readonly finish: string;
}

/** Results number `o`, below `count`, of `size` elements each; `base` and `place` give where element `q` lies, `at`. */
export interface Walk {
  readonly count: number;
  readonly size: number;
  readonly base: string;
  readonly place: string;
}

/** The walk of a reduction of a row-major tensor over `dims`. */
export function reductionWalk(shape: Shape, dims: readonly number[]): Walk {
  const strides = stridesOf(shape);
  const kept = shape.flatMap((_, d) => (dims.includes(d) ? [] : [d]));
  const sizes = (list: readonly number[]) => list.map((d) => shape[d] ?? 1);
  const steps = (list: readonly number[]) => list.map((d) => strides[d] ?? 0);
  return {
    count: numel(sizes(kept)),
    size: numel(sizes(dims)),
    base: strided('o', sizes(kept), steps(kept)),
    place: strided('q', sizes(dims), steps(dims)),
  };
}

export function foldKernel(
  name: string,
  reads: readonly Value[],
  writes: readonly Value[],
  walk: Walk,
  fold: Fold,
): Kernel {
  const { count, size, base, place } = walk;
  const { state, take, merge, finish } = fold;
  const start = state.map(([own, type, value]) => `var ${own}: ${type} = ${value};`).join(' ');
  const loop = (first: string, step: string) => `  let base = ${base};
  for (var q = ${first}; q < ${size}u; q += ${step}) {
    let at = base + ${place};
    ${take}
  }`;
  if (size <= few || count >= 1 << 16) {
    const groups = groupsFor(count, usual);
    const body = `  let o = ${threadPlace(groups, usual)};
  if (o >= ${count}u) { return; }
  ${start}
${loop('0u', '1u')}
  ${finish}`;
    return { name, reads, writes, body, size: [usual, 1, 1], groups };
  }
  const together = size >= long ? many : usual;
  const groups = groupsFor(count, 1);
  const number = groups[1] === 1 ? 'wg.x' : `wg.x + wg.y * ${groups[0]}u`;
  const keep = state.map(([own]) => `${own}Of[l.x] = ${own};`).join(' ');
  const fetch = state.map(([own]) => `let ${own}B = ${own}Of[l.x + h];`).join(' ');
  // All threads of a group reach the barriers, also where there is no result for it.
  const body = `  let o = min(${number}, ${count - 1}u);
  ${start}
${loop('l.x', `${together}u`)}
  ${keep}
  workgroupBarrier();
  for (var h = ${together / 2}u; h > 0u; h >>= 1u) {
    if (l.x < h) {
      ${fetch}
      ${merge}
      ${keep}
    }
    workgroupBarrier();
  }
  if (l.x == 0u) { ${finish} }`;
  const shared = state
    .map(([own, type]) => `var<workgroup> ${own}Of: array<${type}, ${together}>;`)
    .join('\n');
  return { name, reads, writes, body, shared, size: [together, 1, 1], groups };
}
