import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Draft } from '../../../src/engine/compiler/draft.js';
import { accessesOf, type Phase } from '../../../src/engine/compiler/phase.js';
import { Pointer, type Region } from '../../../src/engine/compiler/region.js';
import { scheduleOf } from '../../../src/engine/compiler/schedule.js';

const region = (label: string, data?: Uint8Array): Region => ({
  ...{ bytes: 64, label, private: false, place: 'arena' },
  ...(data && { data }),
});
const [w, v, x] = [region('w'), region('v'), region('x')];
const [a, b, c, y] = [region('a'), region('b'), region('c'), region('y')];
const table = region('table', new Uint8Array(64));

function phase(note: string, reads: readonly Region[], writes: readonly Region[], host = false) {
  const pointers = [
    ...reads.map((from) => new Pointer(from, 0, 'read')),
    ...writes.map((to) => new Pointer(to, 0, 'write')),
  ];
  const kernel = host ? 'host' : 'copy';
  return { kernel, words: [], accesses: accessesOf(pointers, undefined, []), note } as const;
}

/** What runs once, by group, and what remains, for steady inputs w and v and one that is not, x. */
function schedule(phases: readonly Phase[], outputs: readonly Region[] = [y]) {
  const draft: Draft = {
    ...{ phases, hostCalls: [], inputs: [w, v, x], outputs, steady: [0, 1] },
    ...{ checks: [], conversions: 0 },
  };
  const { preparations, phases: rest, kept } = scheduleOf(draft);
  const notes = (list: readonly Phase[]) => list.map(({ note }) => note).join('');
  return {
    once: preparations.map((p) => `${notes(p.phases)}:${p.inputs.join()}`).sort(),
    rest: notes(rest),
    kept: [...kept].map(({ label }) => label).join(''),
  };
}

test('what reads steady inputs alone runs once, in groups that hang together', () => {
  const phases = [
    phase('1', [w, table], [a]),
    phase('2', [x, a], [y]),
    phase('3', [v], [b]),
    phase('4', [a], [c]),
    phase('5', [x, b, c], [y]),
  ];
  assert.deepEqual(schedule(phases), { once: ['14:0', '3:1'], rest: '25', kept: 'abc' });
});

test('a group depends on all inputs of its phases', () => {
  const phases = [
    phase('1', [w], [a]),
    phase('2', [v], [b]),
    phase('3', [a, b], [c]),
    phase('4', [x, c], [y]),
  ];
  assert.deepEqual(schedule(phases), { once: ['123:0,1'], rest: '4', kept: 'c' });
});

test('memory that another phase writes, too, before or after, keeps its phases in every run', () => {
  for (const phases of [
    [phase('1', [w], [a]), phase('2', [x, a], [y]), phase('3', [x], [a])],
    [phase('1', [x], [a]), phase('2', [w], [a]), phase('3', [a], [y])],
  ])
    assert.deepEqual(schedule(phases), { once: [], rest: '123', kept: '' });
});

test('memory that is written anew after it has been read stays as it was read', () => {
  const phases = [
    phase('1', [w], [a]),
    phase('2', [x, a], [y]),
    phase('3', [v], [a]),
    phase('4', [a], [b]),
  ];
  assert.deepEqual(schedule(phases, [y, b]), { once: [], rest: '1234', kept: '' });
});

test('inputs are not written before a run, and what the main thread does stays there', () => {
  const phases = [phase('1', [w], [v]), phase('2', [w], [a], true), phase('3', [v, a], [y])];
  assert.deepEqual(schedule(phases), { once: [], rest: '123', kept: '' });
});

test('what depends on no input is not worth memory of its own', () => {
  const phases = [phase('1', [table], [a]), phase('2', [w], [b]), phase('3', [a, b, x], [y])];
  assert.deepEqual(schedule(phases), { once: ['2:0'], rest: '13', kept: 'b' });
});

test('an output that depends on steady inputs alone is kept', () => {
  assert.deepEqual(schedule([phase('1', [w], [y])]), { once: ['1:0'], rest: '', kept: 'y' });
});

test('a place that a phase is told of and does not touch binds nothing', () => {
  const told = accessesOf([new Pointer(x, 0, 'write').untouched()], undefined, []);
  assert.deepEqual(told, []);
  assert.equal(new Pointer(x, 0, 'write').untouched().readonly().access, 'none');
});
