/**
 * Which phases run in every run, and which only when what they read has changed: those that depend on nothing but steady
 * inputs, as the packing and the transforms of weights that a step does not change.
 */
import type { Draft } from './draft.js';
import type { Phase } from './phase.js';
import type { Region } from './region.js';

/** Phases that depend on some steady inputs, and on nothing else. */
export interface Preparation {
  /** Positions in `graph.inputs`. */
  readonly inputs: readonly number[];
  readonly phases: readonly Phase[];
}

export interface Schedule {
  /** In any order, before the phases of a run. */
  readonly preparations: readonly Preparation[];
  /** Of every run. */
  readonly phases: readonly Phase[];
  /** What preparations have written for the runs that follow. */
  readonly kept: ReadonlySet<Region>;
}

/** Everything in every run. */
export function withoutPreparations({ phases }: Draft): Schedule {
  return { preparations: [], phases, kept: new Set() };
}

export function scheduleOf(draft: Draft): Schedule {
  if (draft.steady.length === 0) return withoutPreparations(draft);
  const found = steadyPhases(draft);
  const preparations = preparationsOf(draft, found);
  const prepared = new Set(preparations.flatMap(({ phases }) => phases));
  const phases = draft.phases.filter((phase) => !prepared.has(phase));
  const written = writtenBy(prepared);
  const needed = [...draft.outputs, ...regionsOf(phases)];
  return { preparations, phases, kept: new Set(needed.filter((region) => written.has(region))) };
}

/** What phases touch. */
export function regionsOf(phases: readonly Phase[]): Set<Region> {
  return new Set(phases.flatMap(({ accesses }) => accesses.map(({ region }) => region)));
}

function writtenBy(phases: Iterable<Phase>): Set<Region> {
  const written = new Set<Region>();
  for (const { accesses } of phases)
    for (const { region, write } of accesses) if (write) written.add(region);
  return written;
}

/**
 * The phases that would do the same in each run as long as steady inputs stay, and may run before all others: no other phase
 * writes what they touch, or touches what they write before they do.
 */
function steadyPhases({ phases, inputs, steady }: Draft): ReadonlySet<Phase> {
  const bound = new Set(inputs);
  const steadyInputs = new Set(steady.map((i) => inputs[i]));
  const found = new Set(phases.filter(({ kernel }) => kernel !== 'host'));
  const changing = new Set(inputs.filter((region) => !steadyInputs.has(region)));
  for (;;) {
    const { size } = found;
    const touched = new Set<Region>();
    for (const phase of phases) {
      const isSteady = phase.accesses.every(
        ({ region, write }) =>
          !changing.has(region) && !(write && (touched.has(region) || bound.has(region))),
      );
      if (!isSteady) found.delete(phase);
      if (found.has(phase)) continue;
      for (const { region, write } of phase.accesses) {
        touched.add(region);
        if (write) changing.add(region);
      }
    }
    if (found.size === size) return found;
  }
}

interface Group {
  readonly phases: Phase[];
  readonly inputs: Set<number>;
}

/** Those that hang together by what they write; what depends on no input stays in its place. */
function preparationsOf(draft: Draft, steady: ReadonlySet<Phase>): Preparation[] {
  const written = writtenBy(steady);
  const groupOf = new Map<Region, Group>();
  for (const phase of draft.phases) {
    if (!steady.has(phase)) continue;
    const regions = regionsOf([phase]);
    const own = [...regions].filter((region) => written.has(region));
    const joined = new Set(own.flatMap((region) => groupOf.get(region) ?? []));
    const group: Group = {
      phases: [...[...joined].flatMap(({ phases }) => phases), phase],
      inputs: new Set([...joined].flatMap(({ inputs }) => [...inputs])),
    };
    for (const i of draft.steady) {
      const input = draft.inputs[i];
      if (input !== undefined && regions.has(input)) group.inputs.add(i);
    }
    for (const [region, other] of groupOf) if (joined.has(other)) groupOf.set(region, group);
    for (const region of own) groupOf.set(region, group);
  }
  const position = new Map(draft.phases.map((phase, i) => [phase, i]));
  const inOrder = (a: Phase, b: Phase) => (position.get(a) ?? 0) - (position.get(b) ?? 0);
  return [...new Set(groupOf.values())]
    .filter(({ inputs }) => inputs.size > 0)
    .map(({ phases, inputs }) => ({ phases: phases.sort(inOrder), inputs: [...inputs] }));
}
