/** Where a plan lies in the engine's memory: regions get addresses, phases become programs with barriers. */
import { alignUp } from '../pool/heap.js';
import type { EngineMemory } from '../pool/memory.js';
import { placeInArena } from './arena.js';
import { placeBarriers } from './barriers.js';
import type { Draft } from './draft.js';
import { livesOf, type Phase } from './phase.js';
import { PlanMemory } from './plan-memory.js';
import { programBytes, writeProgram } from './program.js';
import type { Run } from './program-text.js';
import type { Region } from './region.js';
import { type Schedule, scheduleOf, withoutPreparations } from './schedule.js';
import type { Target } from './target.js';

/** Phases in the order in which they run, as a program. */
export interface LaidOutRun extends Run {
  readonly address: number;
}

/** Those of a preparation, which reads the inputs at these positions. */
export interface LaidOutPreparation extends LaidOutRun {
  readonly inputs: readonly number[];
}

/** A word of a program that holds an address, `offset` bytes behind the start of a region. */
interface Patch {
  readonly word: number;
  readonly offset: number;
}

export interface PlanLayout {
  readonly room: PlanMemory;
  readonly bytes: number;
  readonly addresses: Map<Region, number>;
  /** Of inputs and outputs, whose place may change from run to run. */
  readonly patches: ReadonlyMap<Region, readonly Patch[]>;
  readonly preparations: readonly LaidOutPreparation[];
  readonly everyRun: LaidOutRun;
}

/**
 * @param alwaysWait Whether a barrier follows every phase.
 * @throws EngineError where there is no room; what the draft has made is given back then
 */
export function layOutPlan(
  draft: Draft,
  memory: EngineMemory,
  { kernelId }: Target,
  alwaysWait: boolean,
): PlanLayout {
  const { schedule, kept } = placeKept(draft, memory);
  const once = schedule.preparations.flatMap(({ phases }) => phases);
  const all = [...once, ...schedule.phases];
  const lives = livesOf(all);
  for (const region of draft.inputs)
    lives.set(region, { first: once.length, last: lives.get(region)?.last ?? once.length });
  for (const region of draft.outputs)
    lives.set(region, { first: lives.get(region)?.first ?? 0, last: all.length });

  const isScratch = (region: Region) => region.place === 'arena' && !schedule.kept.has(region);
  const tenants = [...lives].filter(([region]) => isScratch(region));
  const arena = placeInArena(tenants.map(([region, life]) => ({ bytes: region.bytes, life })));
  const constants = [...lives.keys()].filter((region) => region.data !== undefined);
  const programs = [...schedule.preparations, schedule];
  const wordBytes = programs.reduce((sum, { phases }) => sum + programBytes(phases).all, 0);
  const ownBytes = sizeOf(constants) + wordBytes;

  const room = new PlanMemory(memory, arena.bytes, [...kept.values()]);
  const start = room.allocateOrRelease(ownBytes);
  const addresses = new Map<Region, number>(kept);
  tenants.forEach(([region], i) => {
    addresses.set(region, room.slab.address + (arena.offsets[i] ?? 0));
  });
  let end = placeInLine(constants, start, addresses);
  for (const region of constants) fill(memory, region, addresses.get(region) ?? 0);

  const patches = new Map<Region, Patch[]>();
  for (const region of [...draft.inputs, ...draft.outputs]) patches.set(region, []);
  const extentOf = (region: Region) => {
    const start = isScratch(region) ? addresses.get(region) : undefined;
    return start === undefined ? undefined : { start, end: start + region.bytes };
  };
  const layOut = (phases: readonly Phase[]): LaidOutRun => {
    const barriers = alwaysWait ? phases.map(() => true) : placeBarriers(phases, extentOf);
    const address = end;
    end += programBytes(phases).all;
    writeProgram(memory.memory.buffer, address, phases, barriers, kernelId, (pointer, word) => {
      patches.get(pointer.region)?.push({ word, offset: pointer.offset });
      return (addresses.get(pointer.region) ?? 0) + pointer.offset;
    });
    return { phases, barriers, address };
  };
  return {
    room,
    bytes: sizeOf(schedule.kept) + arena.bytes + ownBytes,
    addresses,
    patches,
    preparations: schedule.preparations.map(({ phases, inputs }) => ({
      ...layOut(phases),
      inputs,
    })),
    everyRun: layOut(schedule.phases),
  };
}

interface Kept {
  readonly schedule: Schedule;
  readonly kept: ReadonlyMap<Region, number>;
}

/**
 * What stays between runs gets blocks of its own, the largest first, so that they fill the gaps that others have left; where
 * memory is short, everything is computed in every run.
 */
function placeKept(draft: Draft, memory: EngineMemory): Kept {
  const schedule = scheduleOf(draft);
  const kept = new Map<Region, number>();
  for (const region of [...schedule.kept].sort((a, b) => b.bytes - a.bytes)) {
    const address = memory.allocateSpare(region.bytes);
    if (address === undefined) {
      for (const taken of kept.values()) memory.free(taken);
      return { schedule: withoutPreparations(draft), kept: new Map() };
    }
    kept.set(region, address);
  }
  return { schedule, kept };
}

function sizeOf(regions: Iterable<Region>): number {
  let bytes = 0;
  for (const region of regions) bytes += alignUp(region.bytes);
  return bytes;
}

/** Places regions one behind the other and returns where the last one ends. */
function placeInLine(
  regions: readonly Region[],
  start: number,
  addresses: Map<Region, number>,
): number {
  let address = start;
  for (const region of regions) {
    addresses.set(region, address);
    address += alignUp(region.bytes);
  }
  return address;
}

function fill({ memory }: EngineMemory, { data, bytes }: Region, address: number): void {
  if (data === undefined) return;
  new Uint8Array(memory.buffer, address, bytes).set(data as Uint8Array);
}
