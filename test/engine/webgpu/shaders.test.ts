/**
 * What every shader of every op case must be for any GPU, by its text alone: software adapters run a group's threads one
 * after another or side by side, and forgive what a GPU does not.
 */
import '../../../src/index.js';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Dispatch, PlanOrder } from '../../../src/engine/webgpu/device/orders.js';
import { compiledAnswer } from '../../ops/answers.js';
import { families } from '../../ops/cases.js';
import { eventsOf } from './barriers.js';
import { recordingEngine } from './recorded-orders.js';

interface Seen {
  readonly name: string;
  readonly text: string;
  readonly dispatches: readonly Dispatch[];
}

/** All shaders, each once for each plan that has it. */
function shadersOf(orders: readonly PlanOrder[]): Seen[] {
  return orders.flatMap(({ codes, steps }) =>
    codes.map((code, k) => ({
      ...code,
      dispatches: steps.filter(
        (step): step is Dispatch => step.do === 'dispatch' && step.code === k,
      ),
    })),
  );
}

/** Names and bytes of the arrays that a group shares. */
function sharedBy(text: string): [name: string, bytes: number][] {
  const sizes: Readonly<Record<string, number>> = { f32: 4, u32: 4, i32: 4, vec2f: 8, vec4f: 16 };
  const found = text.matchAll(/var<workgroup> (\w+): array<(\w+), (\d+)>;/g);
  return [...found].map(([, name = '', type = '', count]) => [
    name,
    (sizes[type] ?? Number.NaN) * Number(count),
  ]);
}

const mainOf = (text: string) => text.slice(text.indexOf('fn main('));

const rules: Readonly<Record<string, (shader: Seen) => void>> = {
  'a group has 256 threads and 16 KiB at most'({ name, text }) {
    const sizes = (/@workgroup_size\(([^)]*)\)/.exec(text)?.[1] ?? '').split(',').map(Number);
    assert.ok(sizes.reduce((a, b) => a * b, 1) <= 256, name);
    const bytes = sharedBy(text).reduce((sum, [, size]) => sum + size, 0);
    assert.ok(bytes <= 16384, `${name}: ${bytes} bytes are shared`);
    assert.equal(sharedBy(text).length, text.split('var<workgroup>').length - 1, name);
  },

  'a dispatch has 65,535 groups in each dimension at most, and one at least'({ name, dispatches }) {
    assert.ok(dispatches.length > 0, `${name} is written and not used`);
    for (const { groups } of dispatches)
      assert.ok(
        groups.every((count) => Number.isInteger(count) && count >= 1 && count <= 65535),
        `${name}: ${groups}`,
      );
  },

  'a shader has eight arrays at most, and what it writes is bound once'({
    name,
    text,
    dispatches,
  }) {
    const arrays = [...text.matchAll(/@binding\((\d+)\) var<storage, (\w+)> (\w+):/g)];
    assert.ok(arrays.length <= 8, `${name}: ${arrays.length} arrays`);
    arrays.forEach(([, binding, access, array = ''], k) => {
      assert.equal(Number(binding), k, name);
      assert.ok(mainOf(text).includes(`${array}[`), `${name}: ${array} is bound and not used`);
      for (const { places } of dispatches) {
        assert.equal(places.length, arrays.length, name);
        const own = places[k];
        const same = places.filter(({ in: where, at }) => where === own?.in && at === own.at);
        if (access === 'read_write')
          assert.equal(same.length, 1, `${name}: ${array} is bound twice`);
      }
    });
  },

  'all threads of a group reach each barrier'({ name, text }) {
    const events = eventsOf(
      mainOf(text),
      sharedBy(text).map(([shared]) => shared),
    );
    const last = events.findLastIndex(({ what }) => what === 'barrier');
    events.forEach(({ what, within }, k) => {
      if (what === 'return') assert.ok(k > last, `${name}: a thread may leave before a barrier`);
      if (what !== 'barrier') return;
      // Loops over what all threads count alike.
      for (const head of within)
        assert.match(
          head,
          /^for \(var (k0 = kStart; k0 < kEnd; k0 \+= \d+u|h = \d+u; h > 0u; h >>= 1u)\)$/,
          name,
        );
    });
  },

  'what others have written to shared memory is read behind a barrier, and is not overwritten before one'({
    name,
    text,
  }) {
    const shared = sharedBy(text).map(([array]) => array);
    const written = new Set<string>();
    const read = new Set<string>();
    for (const { what, of, within } of eventsOf(mainOf(text), shared)) {
      if (what === 'barrier') {
        written.clear();
        read.clear();
      } else if (what === 'read') {
        assert.ok(!written.has(of), `${name}: ${of} is read without a barrier`);
        // In a fold the lower half of the threads reads what the upper half has, and writes its own.
        if (!within.includes('if (l.x < h)')) read.add(of);
      } else if (what === 'write') {
        assert.ok(!read.has(of), `${name}: ${of} is overwritten without a barrier`);
        written.add(of);
      }
    }
  },

  'no float is asked whether it differs by !=, which NaN does not'({ name, text }) {
    assert.doesNotMatch(mainOf(text), /!= \(?-?[\d.]+f\b/, name);
  },
};

for (const [how, tiles, precision] of [
  ['a thread for each sum', false, 'float32'],
  ['tiles', true, 'float32'],
  ['half floats', true, 'float16'],
] as const) {
  const { engine, orders } = recordingEngine({ tiles, winograd: 'always' });
  for (const opCase of Object.values(families).flat())
    try {
      compiledAnswer(opCase, engine, precision);
    } catch (error) {
      // Where every element is 0 some indices and labels are none; the plan has been made.
      if (!(error instanceof Error) || !/^\w+Error$/.test(error.name)) throw error;
    }
  const shaders = shadersOf(orders);

  describe(`shaders of all op cases, with ${how}`, () => {
    test('there are many, and some whose threads meet', () => {
      assert.ok(shaders.length > 500, String(shaders.length));
      assert.ok(shaders.filter(({ text }) => text.includes('workgroupBarrier')).length > 5);
    });

    for (const [rule, check] of Object.entries(rules)) test(rule, () => shaders.forEach(check));

    test('copies are of whole words, from one place to another', () => {
      for (const step of orders.flatMap(({ steps }) => steps))
        if (step.do === 'copy') {
          assert.ok(step.bytes > 0 && step.bytes % 4 === 0);
          assert.notDeepEqual(step.from, step.to);
        }
    });
  });
}
