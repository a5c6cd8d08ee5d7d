/**
 * Phases that work on a batch image by image run together, each image through all of them, and some rows after the other where their
 * calls are of rows: what one writes the next still finds in the cache. Each thread has the same images in all of them.
 */
import { dependOn, type Phase } from '../../compiler/phase.js';
import type { ArrangeContext, Compose } from '../../compiler/target.js';
import {
  type ByImages,
  callsOf,
  emitCalls,
  type Operand,
  type PhaseCall,
  type PhaseCalls,
  type Place,
} from '../lower/phase-calls.js';

/** How far apart phases may stand. */
const window = 12;

export function mergeByImages(
  phases: readonly Phase[],
  { compose }: Pick<ArrangeContext, 'compose'>,
): readonly Phase[] {
  let all = phases;
  for (let i = 0; i < all.length; ) {
    const next = mergedAt(all, i, compose);
    if (next === undefined) i++;
    else all = next;
  }
  return all;
}

/** The phases with one of those behind `i` merged into it, if that can be: they still start with what stands before `i`. */
function mergedAt(
  all: readonly Phase[],
  i: number,
  compose: Compose,
): readonly Phase[] | undefined {
  const first = all[i];
  const calls = first && callsOf(first);
  if (first === undefined || calls?.byImages === undefined) return undefined;
  for (let j = i + 1; j < Math.min(all.length, i + window); j++) {
    const second = all[j];
    const others = second && callsOf(second);
    if (second === undefined || others?.byImages === undefined) continue;
    if (!canMeet(first, second) || isConvolvedAgain(calls, others)) continue;
    const between = cut(all.slice(i + 1, j), first, second);
    if (between === undefined) continue;
    const merged = compose(`${first.note} + ${second.note}`, (context) =>
      emitCalls(context, mergedCalls(calls, others)),
    );
    const { before, after } = between;
    return [...all.slice(0, i), ...before, ...merged, ...after, ...all.slice(j + 1)];
  }
  return undefined;
}

/** Whether the phases share images of a tensor, and whatever else they share, none of them writes. */
function canMeet(a: Phase, b: Phase): boolean {
  let isShared = false;
  for (const one of a.accesses)
    for (const other of b.accesses) {
      if (one.region !== other.region) continue;
      const isSplit = one.split !== undefined && one.split === other.split;
      isShared ||= isSplit;
      if ((one.write || other.write) && !isSplit) return false;
    }
  return isShared;
}

/** Whether the second convolves what a convolution of the first writes: merged, all tensors of a network would live at once. */
function isConvolvedAgain(a: PhaseCalls, b: PhaseCalls): boolean {
  const made = a.byImages?.convolved?.to.map(({ pointer }) => pointer.region) ?? [];
  const read = b.byImages?.convolved?.from ?? [];
  return read.some(({ pointer }) => made.includes(pointer.region));
}

/** What stands between two phases, as far as it can run before the first, and the rest behind the second. */
function cut(between: readonly Phase[], first: Phase, second: Phase) {
  const before: Phase[] = [];
  const after: Phase[] = [];
  if (between.some(({ kernel }) => kernel === 'host')) return undefined;
  for (const phase of between)
    if ([first, ...after].some((other) => dependOn(other, phase))) after.push(phase);
    else before.push(phase);
  return after.some((phase) => dependOn(phase, second)) ? undefined : { before, after };
}

function mergedCalls(a: PhaseCalls, b: PhaseCalls): PhaseCalls {
  return {
    operands: [...a.operands, ...b.operands],
    lists: a.lists.map((list, thread) => interleaved(list, b.lists[thread] ?? [])),
    byImages: together(a, b),
  };
}

/**
 * Both lists, image by image, and within an image as far as each has come with it: what the first list's calls make is taken up while it
 * is still in the cache. None of the second list runs before those of the first that it depends on, or that depend on it.
 */
function interleaved(first: readonly PhaseCall[], second: readonly PhaseCall[]): PhaseCall[] {
  const list: PhaseCall[] = [];
  const ends = new Map<number, number>();
  let done = 0;
  for (const call of second) {
    const { end } = call.images ?? { end: 0 };
    const stop = ends.get(end) ?? first.findLastIndex((other) => isBefore(other, end)) + 1;
    ends.set(end, stop);
    let next = stop;
    for (; next > done; next--) {
      const other = first[next - 1];
      if (other !== undefined && comesBefore(other, call)) break;
    }
    for (const other of first.slice(done, next)) list.push(other);
    done = Math.max(done, next);
    list.push(call);
  }
  return [...list, ...first.slice(done)];
}

/** Whether a call is of no image, or of some before `end`. */
const isBefore = ({ images }: PhaseCall, end: number) => images === undefined || images.first < end;

function comesBefore(one: PhaseCall, other: PhaseCall): boolean {
  if (one.images === undefined) return true;
  if (other.images === undefined || one.images.first >= other.images.end) return false;
  if (one.images.end <= other.images.first || one.progress <= other.progress) return true;
  return one.places.some((place) => other.places.some((another) => meet(place, another)));
}

/** Whether one of the calls writes what the other touches. */
function meet(a: Place, b: Place): boolean {
  if (a.operand.pointer.region !== b.operand.pointer.region) return false;
  if (a.operand.pointer.access !== 'write' && b.operand.pointer.access !== 'write') return false;
  if (a.pixels === undefined || b.pixels === undefined) return true;
  return a.pixels.first < b.pixels.end && b.pixels.first < a.pixels.end;
}

/** What is split in both, or touched by one alone. */
function together(a: PhaseCalls, b: PhaseCalls): ByImages | undefined {
  if (a.byImages === undefined || b.byImages === undefined) return undefined;
  const whole = new Set(
    [a, b]
      .flatMap(({ operands, byImages }) =>
        operands.filter((operand) => byImages?.operands.includes(operand) !== true),
      )
      .map(({ pointer }) => pointer.region),
  );
  const isSplit = ({ pointer }: Operand) => !whole.has(pointer.region);
  const operands = [...a.byImages.operands, ...b.byImages.operands].filter(isSplit);
  const convolved = [a, b].flatMap(({ byImages }) => byImages?.convolved ?? []);
  return {
    ...{ images: a.byImages.images, operands },
    convolved: {
      from: convolved.flatMap(({ from }) => from),
      to: convolved.flatMap(({ to }) => to),
    },
  };
}
