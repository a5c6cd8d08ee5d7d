import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Float } from '../../../src/engine/compiler/lowering.js';
import { Pointer } from '../../../src/engine/compiler/region.js';
import type { Family } from '../../../src/engine/wasm/families/family.js';
import { writeCall } from '../../../src/engine/wasm/families/write-call.js';
import * as table from '../../../src/engine/wasm/kernel-table.js';
import { builds, Sandbox } from './kernels/sandbox.js';

const probe = {
  ProbeArgs: {
    kernels: ['probe', 'plain'],
    bfloat16: ['probe'],
    fields: {
      ...{ x: 'read', bias: 'read?', eps: 'f64', scale: 'f32', root: 'bool', y: 'write' },
      ...{ count: 'i32', step: 'usize', dims: 'words' },
    },
    flat: { count: 'count', own: ['x', 'bias', 'y'] },
  },
} as const satisfies Family;

const region = { bytes: 64, label: '', private: false, place: 'arena' } as const;
const at = (offset: number) => new Pointer(region, offset, 'write');

test('arguments are written where the generated class reads them', async () => {
  const generator = new URL('../../../../scripts/generate-kernels.mjs', import.meta.url).href;
  const { kernelModules } = await import(generator);
  const { 'args.ts': args } = kernelModules({ ...table, kernelFamilies: { probe } });
  assert.equal(
    args,
    `@unmanaged
export class ProbeArgs {
  x: usize;
  bias: usize;
  epsLow: u32;
  epsHigh: u32;
  @inline get eps(): f64 { return load<f64>(changetype<usize>(this), 8); }
  scale: f32;
  root: i32;
  y: usize;
  count: i32;
  step: usize;
  @inline get dims(): usize { return changetype<usize>(this) + 36; }
}
`,
  );
  const given = { count: 3, step: 8, dims: [5, 6, 7], root: true, scale: 0.5, eps: 1.5 };
  const call = writeCall(probe.ProbeArgs, { ...given, y: at(16), bias: undefined, x: at(4) });
  const words = [new Pointer(region, 4, 'read'), 0, 0, 0x3ff80000, new Float(0.5), 1];
  assert.deepEqual(call.words, [...words, at(16), 3, 8, 5, 6, 7]);
  assert.deepEqual({ split: call.split, own: call.own }, { split: 'flat:3', own: [at(4), at(16)] });
});

const sides = {
  SidesArgs: {
    kernels: ['fill', 'drain'],
    fields: {
      tiles: 'i32',
      left: { name: 'Side', fields: { data: 'read', pad: 'i32' } },
      right: { name: 'Side', fields: { data: 'write', pad: 'i32' } },
      sum: 'write',
    },
    reads: { drain: ['sum', 'right'] },
  },
} as const satisfies Family;

test('groups of fields are classes, and what a kernel only reads is told so', async () => {
  const generator = new URL('../../../../scripts/generate-kernels.mjs', import.meta.url).href;
  const { kernelModules } = await import(generator);
  const same = { SidesArgs: { ...sides.SidesArgs, kernels: ['level'] } };
  const { 'args.ts': args } = kernelModules({ ...table, kernelFamilies: { sides, same } });
  assert.equal(
    args,
    `@unmanaged
export class Side {
  data: usize;
  pad: i32;
}
@unmanaged
export class SidesArgs {
  tiles: i32;
  left_data: usize;
  left_pad: i32;
  @inline get left(): Side { return changetype<Side>(changetype<usize>(this) + 4); }
  right_data: usize;
  right_pad: i32;
  @inline get right(): Side { return changetype<Side>(changetype<usize>(this) + 12); }
  sum: usize;
}
`,
  );
  const other = { SidesArgs: { kernels: ['other'], fields: { tiles: 'usize' } } };
  assert.throws(() => kernelModules({ ...table, kernelFamilies: { sides, other } }), /SidesArgs/);

  const side = (offset: number) => ({ data: at(offset), pad: offset + 1 });
  const given = { left: side(4), right: side(8), sum: at(12), tiles: 2 };
  const read = (offset: number) => at(offset).readonly();
  const { SidesArgs } = sides;
  assert.deepEqual(writeCall(SidesArgs, given).words, [2, read(4), 5, at(8), 9, at(12)]);
  const { words } = writeCall(SidesArgs, given, SidesArgs.reads.drain);
  assert.deepEqual(words, [2, read(4), 5, read(8), 9, read(12)]);
});

test('a kernel for bfloat16 is the same function of another element', async () => {
  const generator = new URL('../../../../scripts/generate-kernels.mjs', import.meta.url).href;
  const { kernelModules } = await import(generator);
  const { 'dispatch.ts': dispatch } = kernelModules({ ...table, kernelFamilies: { probe } });
  for (const line of [
    'probe_.probe<f32>(changetype<args_.ProbeArgs>(args), tid, threads);',
    'probe_.probe<u16>(changetype<args_.ProbeArgs>(args), tid, threads);',
    'probe_.plain(changetype<args_.ProbeArgs>(args), tid, threads);',
    'case 2: probeBf16(args, tid, threads); break;',
  ])
    assert.ok(dispatch.includes(line), line);
});

test('every kernel is described: those of a file are its family’s, of the class they are told in', () => {
  const folder = 'src/engine/wasm/kernels'; // tests run in the repository's root
  const kernel = /^export function (\w+)(?:<[\w, ]+>)?\(\s*\w+: (\w*Args|usize),\s*tid: i32,/gm;
  const written = readdirSync(folder).flatMap((file) =>
    [...readFileSync(`${folder}/${file}`, 'utf8').matchAll(kernel)].map(
      ([, name, args]) => `${file.replace('.ts', '')}: ${name}(${args})`,
    ),
  );
  const described = Object.entries<Family>(table.kernelFamilies).flatMap(([file, family]) =>
    Object.entries(family).flatMap(([args, { kernels, functions }]) =>
      (functions === undefined ? kernels : ['map']).map((name) => `${file}: ${name}(${args})`),
    ),
  );
  assert.deepEqual(written.sort(), described.sort());
});

test('every kernel of the table is in both builds, and calls own and read only what they are told', () => {
  for (const build of builds) {
    const box = new Sandbox(build);
    for (const name of table.kernelNames) assert.ok(box.has(name), `${name} (${build})`);
  }
  const calls = Object.values<Family>(table.kernelFamilies).flatMap((family) =>
    Object.values(family),
  );
  for (const { kernels, fields, flat, reads = {} } of calls) {
    const shared = flat === undefined ? [] : [flat.count, ...flat.own];
    for (const name of [...shared, ...Object.values(reads).flat()])
      assert.ok(name in fields, `there is no field ${name}`);
    for (const name of Object.keys(reads))
      assert.ok(kernels.includes(name), `kernel ${name} has other arguments`);
  }
});
