/** What lives in one phase alone lies in few rows, and every call still finds what it reads. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Pointer, type Region } from '../../../src/engine/compiler/region.js';
import { Operand, type PhaseCall } from '../../../src/engine/native/lower/phase-calls.js';
import { reuseRows } from '../../../src/engine/native/passes/reuse-rows.js';

const apart = 1024;
const pixels = 1200;
const imageBytes = apart * pixels;
const region = (label: string): Region => ({
  bytes: 2 * imageBytes,
  label,
  private: false,
  place: 'arena',
});
const [given, between, result] = [region('given'), region('between'), region('result')];
const kernel = { address: 1, reaches: [] };

const operand = (of: Region, access: 'read' | 'write') =>
  new Operand(new Pointer(of, 0, access), of.bytes, false);

/** A call that reads pixels [first − halo, end + halo) of one region and writes [first, end) of another. */
function call(image: number, first: number, count: number, from: Region, to: Region, halo: number) {
  const place = (of: Region, access: 'read' | 'write', start: number, end: number) =>
    operand(of, access).at(image * imageBytes + start * apart, { first: start, end, apart });
  const [start, end] = [Math.max(0, first - halo), Math.min(pixels, first + count + halo)];
  const places = [place(from, 'read', start, end), place(to, 'write', first, first + count)];
  return { kernel, places, images: { first: image, end: image + 1 }, progress: first / pixels };
}

/** A producer's strips, each just before the first of the consumer's that needs it. */
function pipeline(halo: number, made: number, used: number): PhaseCall[] {
  return [0, 1].flatMap((image) => {
    const list: PhaseCall[] = [];
    let done = 0;
    for (let first = 0; first < pixels; first += used) {
      for (; done < Math.min(pixels, first + used + halo); done += made)
        list.push(call(image, done, Math.min(made, pixels - done), given, between, 0));
      list.push(call(image, first, Math.min(used, pixels - first), between, result, halo));
    }
    return list;
  });
}

/** Runs calls on a memory that knows which pixel it holds; the end of what is touched, in pixels. */
function run(list: readonly PhaseCall[]): number {
  const memory = new Map<number, string>();
  let end = 0;
  for (const { places, images } of list)
    for (const { operand, at, pixels: touched } of places) {
      if (operand.pointer.region !== between || touched === undefined) continue;
      for (let pixel = touched.first; pixel < touched.end; pixel++) {
        const place: number = at / apart - (images?.first ?? 0) * pixels + pixel - touched.first;
        const name = `${images?.first} ${pixel}`;
        if (operand.pointer.access === 'write') memory.set(place, name);
        else assert.equal(memory.get(place), name, `pixel ${name} is read at ${place}`);
        assert.ok(place >= 0);
        end = Math.max(end, place + 1);
      }
    }
  return end;
}

const usersOf = (list: readonly PhaseCall[]) =>
  list.filter(({ places }) => places.some(({ operand }) => operand.pointer.region === result));

describe('rows of a tensor that lives in one phase', () => {
  for (const halo of [0, 13, 50])
    for (const [made, used] of [
      [96, 60],
      [60, 96],
      [64, 64],
      [700, 30],
    ] as const)
      test(`strips of ${made}, read by ${used} with ${halo} around`, () => {
        const list = pipeline(halo, made, used);
        assert.equal(run(list), pixels);
        const reused = reuseRows(list, between, imageBytes);
        assert.ok(run(reused) <= Math.max(480, 2 * made), 'takes few rows');
        assert.equal(usersOf(reused).length, usersOf(list).length);
      });

  test('stays where it is if calls that write it do something else, or do not say what they touch', () => {
    const list = pipeline(13, 96, 60);
    const sums = operand(region('sums'), 'write').at(0);
    const adding = list.map((one) => ({ ...one, places: [...one.places, sums] }));
    assert.equal(reuseRows(adding, between, imageBytes), adding);
    const silent = list.map((one) => ({
      ...one,
      places: one.places.map(({ operand, at }) => operand.at(at)),
    }));
    assert.equal(reuseRows(silent, between, imageBytes), silent);
    const few = reuseRows(list, between, 400 * 1024);
    assert.equal(few, list, 'an image that fits as it is');
  });
});
