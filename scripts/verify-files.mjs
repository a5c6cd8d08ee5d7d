// Reads thousands of damaged files of every kind that carries weights or describes a run (safetensors, pickles, .pth, .npy, .npz, ONNX, model.json,
// config.json, checkpoints, the image cache): each must be read, healed, or refused with an error that names it, within 2 s.
// Then files made to exhaust memory or time, and large good ones, each in a process of its own: at most twice the file and
// 64 MiB (and what V8 keeps for itself), within 10 s of the processor. Last, files of wick's making that PyTorch and NumPy read, where they are installed.
//   node scripts/verify-files.mjs [COUNT] [SEED] [KIND]      (npm run verify:files)
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { deflateRawSync } from 'node:zlib';

const build = resolve(process.env.WICK_BUILD ?? 'dist');
const load = (file) => import(pathToFileURL(join(build, file)).href);
const MiB = 2 ** 20;

/** Beside what a file may take: garbage that V8 has not collected yet. */
const collectorMiB = 64;

const readers = {
  safetensors: async (path) => (await load('src/io/safetensors.js')).loadSafetensors(path),
  npy: async (path) => (await load('src/io/numpy-files.js')).loadNpy(path),
  npz: async (path) => (await load('src/io/numpy-files.js')).loadNpz(path),
  pth: async (path) => (await load('src/io/load-torch.js')).loadTorch(path),
  onnx: async (path) => (await load('src/io/onnx/load-onnx.js')).loadOnnx(path),
  json: async (path) => (await load('src/io/json-file.js')).readJson(path),
  pickle: async (path) => {
    const { unpickle } = await load('src/io/pickle/unpickle.js');
    const { numpyGlobals } = await load('src/io/pickle/numpy.js');
    return unpickle(readFileSync(path), { path, globals: numpyGlobals });
  },
};

/** Reads one file and prints what it took. */
async function measure(kind, path) {
  const read = readers[kind];
  await read(fileURLToPath(import.meta.url)).catch(() => {}); // loads what it needs
  const { WickError } = await load('src/core/errors.js');
  const before = peakBytes();
  const start = process.cpuUsage();
  let outcome = 'read';
  try {
    await read(path);
  } catch (error) {
    outcome = error instanceof WickError ? `refused: ${error.detail}` : `WRONG: ${error.stack}`;
  }
  const { user, system } = process.cpuUsage(start); // on a busy machine the clock says nothing
  const ms = (user + system) / 1000;
  console.log(JSON.stringify({ outcome, ms, bytes: peakBytes() - before }));
}

/** The most memory that this process has had. (Linux counts its parent's in maxRSS.) */
function peakBytes() {
  try {
    return 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}

async function verify() {
  const count = Number(process.argv[2] ?? 2000);
  const seed = Number(process.argv[3] ?? 1);
  const { readMutated } = await load('test/io/fuzz/read-mutated.js');
  let failed = false;
  for (const summary of await readMutated(count, seed, process.argv[4])) {
    const { kind, refused, read, wrong, slowestMs } = summary;
    console.log(
      `${kind.padEnd(18)} ${refused} refused, ${read} read, ${wrong.length} wrong; slowest ${slowestMs.toFixed(0)} ms`,
    );
    for (const line of wrong.slice(0, 10)) console.error(line);
    failed ||= wrong.length > 0 || slowestMs > 2000;
  }
  if (process.argv[4] === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'wick-hostile-'));
    try {
      for (const [name, kind, make] of hostile) failed = !one(folder, name, kind, make()) || failed;
      failed = !(await byTorch(folder)) || failed;
      failed = !(await byNumpy(folder)) || failed;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  if (failed) process.exit(1);
}

/** Reads a file in a process of its own; whether that took no more than it may. */
function one(folder, name, kind, bytes) {
  const path = join(folder, 'file');
  writeFileSync(path, bytes);
  const script = fileURLToPath(import.meta.url);
  const { stdout, stderr, status } = spawnSync(process.execPath, [script, '--one', kind, path], {
    encoding: 'utf8',
    timeout: 120_000,
  });
  if (status !== 0) {
    console.log(`${name}: ended with ${status}\n${stderr.slice(0, 1000)}`);
    return false;
  }
  const { outcome, ms, bytes: taken } = JSON.parse(stdout);
  const size = statSync(path).size;
  const allowed = 2 * size + (64 + collectorMiB) * MiB;
  const good = !outcome.startsWith('WRONG') && taken <= allowed && ms < 10_000;
  console.log(
    `${good ? 'ok  ' : 'FAIL'} ${name}: ${(size / MiB).toFixed(1)} MiB, took ${(taken / MiB).toFixed(0)} MiB and ${ms.toFixed(0)} ms; ${outcome.slice(0, 100)}`,
  );
  return good;
}

function safetensors(header, bodyBytes = 0) {
  const text = Buffer.from(header);
  const bytes = Buffer.alloc(8 + text.length + bodyBytes);
  bytes.writeBigUInt64LE(BigInt(text.length));
  text.copy(bytes, 8);
  return bytes;
}

const described = (dtype, shape, begin, end) =>
  JSON.stringify({ dtype, shape, data_offsets: [begin, end] });

function manyTensors(count) {
  const empty = described('F32', [0], 0, 0);
  return `{${Array.from({ length: count }, (_, i) => `"tensor.number.${i}":${empty}`).join()}}`;
}

/** A `.npy` file of zeros. */
function npy(descr, shape, bytes, fortran = 'False') {
  const dict = `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }\n`;
  const file = Buffer.alloc(10 + dict.length + bytes);
  file.write(`\x93NUMPY\x01\0`, 'latin1');
  file.writeUInt16LE(dict.length, 8);
  file.write(dict, 10, 'latin1');
  return file;
}

/** An archive of one file of zeros, compressed. */
function bomb(name, bytes) {
  const packed = deflateRawSync(Buffer.alloc(bytes));
  const header = Buffer.alloc(26);
  header.writeUInt16LE(20, 0);
  header.writeUInt16LE(8, 4);
  header.writeUInt32LE(packed.length, 14);
  header.writeUInt32LE(bytes, 18);
  header.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([latin1('PK\x03\x04'), header, latin1(name), packed]);
  const entry = Buffer.concat([latin1('PK\x01\x02\x14\0'), header, Buffer.alloc(14), latin1(name)]);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(1, 4);
  end.writeUInt16LE(1, 6);
  end.writeUInt32LE(entry.length, 8);
  end.writeUInt32LE(local.length, 12);
  return Buffer.concat([local, entry, latin1('PK\x05\x06'), end]);
}

/** A field of a protocol buffer: its number, then its bytes or several parts. */
function field(number, ...parts) {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([varint(number * 8 + 2), varint(content.length), content]);
}

function varint(value) {
  const bytes = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}

/** An ONNX file of version 17 around the fields of its graph. */
const onnx = (...graph) => Buffer.concat([field(8, [16, 17]), field(7, ...graph)]);

/** One product of matrices, which `weights` are of. */
const onnxProduct = (weights) => {
  const dims = [field(1, [8, 1]), field(1, [8, 2])];
  const type = field(2, field(1, [8, 1], field(2, ...dims)));
  const node = [field(1, 'x'), field(1, 'w'), field(2, 'y'), field(4, 'MatMul')];
  return onnx(field(1, ...node), weights, field(11, field(1, 'x'), type), field(12, field(1, 'y')));
};

const latin1 = (text) => Buffer.from(text, 'latin1');

/** Files that ask for more than they are, and good ones that are large: name, kind, bytes. */
const hostile = [
  ['a header of 1.1 million tensors', 'safetensors', () => safetensors(manyTensors(1_100_000))],
  [
    'a header of as many tensors as are allowed',
    'safetensors',
    () => safetensors(manyTensors(2 ** 16)),
  ],
  [
    'a header of 80 MB of lists in each other',
    'safetensors',
    () => safetensors(`{"a":{"x":${'['.repeat(8e7)}`),
  ],
  [
    'a header of 80 MB of metadata',
    'safetensors',
    () => safetensors(`{"__metadata__":{"a":"${'x'.repeat(8e7)}"}}`),
  ],
  ['a header of 80 MB of blanks', 'safetensors', () => safetensors(`{${' '.repeat(8e7)}}`)],
  [
    'a header of 80 MB of digits',
    'safetensors',
    () => safetensors(`{"a":{"shape":[${'9'.repeat(8e7)}]}}`),
  ],
  [
    '300 MB of weights',
    'safetensors',
    () => safetensors(`{"w":${described('F32', [75e6], 0, 3e8)}}`, 3e8),
  ],
  [
    '100 MB of halves',
    'safetensors',
    () => safetensors(`{"w":${described('F16', [5e7], 0, 1e8)}}`, 1e8),
  ],
  ['200 MB of an array', 'npy', () => npy('<f4', '(50000000,)', 2e8)],
  [
    '60 MB of an array whose first index runs fastest',
    'npy',
    () => npy('<f8', '(2500, 3000)', 6e7, 'True'),
  ],
  ['100 MB of bytes that become four each', 'npy', () => npy('|i1', '(100000000,)', 1e8)],
  [
    'an array that says it has 2^63 elements',
    'npy',
    () => npy('<f4', '(4294967296, 2147483648)', 4),
  ],
  ['a bomb of 1 GB in an archive', 'npz', () => bomb('a.npy', 1e9)],
  ['31 MB of dicts', 'pickle', () => latin1('}'.repeat(31e6))],
  ['31 MB of lists', 'pickle', () => latin1(']'.repeat(31e6))],
  ['31 MB of marks', 'pickle', () => latin1('('.repeat(31e6))],
  ['31 MB of tuples', 'pickle', () => latin1(`)${'\x85'.repeat(31e6)}`)],
  ['31 MB of memos', 'pickle', () => latin1(`]${'\x94'.repeat(31e6)}`)],
  [
    '28 MB of long numbers',
    'pickle',
    () => latin1(`\x8b\0\x10\0\0${'\x7f'.repeat(4096)}`.repeat(7000)),
  ],
  [
    'a set copied 100,000 times',
    'pickle',
    () =>
      latin1(
        `c__builtin__\nset\nq\0(${'K\x01'.repeat(2e5)}lq\x010${'h\0h\x01\x85R0'.repeat(1e5)}.`,
      ),
  ],
  [
    '20 MB of numbers of 4,300 digits',
    'pickle',
    () => latin1(`L${'9'.repeat(4300)}L\n0`.repeat(4600)),
  ],
  [
    'a text of 31 MB',
    'pickle',
    () =>
      Buffer.concat([Buffer.from('580080d901', 'hex'), Buffer.alloc(31031296, 'x'), latin1('.')]),
  ],
  ['a pickle of 31 MB in the old format', 'pth', () => latin1(`\x80\x02${'}'.repeat(31e6)}`)],
  ['31 MB of nodes', 'onnx', () => onnx('\n\0'.repeat(15e6))],
  ['31 MB of weights without a name', 'onnx', () => onnx('*\0'.repeat(15e6))],
  ['31 MB of metadata', 'onnx', () => latin1('r\0'.repeat(15e6))],
  ['31 MB of fields that are not known', 'onnx', () => latin1('\xa0\x06\0'.repeat(10e6))],
  ['31 MB of groups in each other', 'onnx', () => latin1('\xa3\x06'.repeat(15e6))],
  ['a name of 100 MB', 'onnx', () => onnx(field(2, Buffer.alloc(1e8, 'x')))],
  [
    'an attribute of 31 MB of numbers',
    'onnx',
    () => onnx(field(1, field(5, field(8, Buffer.alloc(31e6))))),
  ],
  [
    'weights of 31 MB of small numbers',
    'onnx',
    () =>
      onnxProduct(
        field(5, [8, ...varint(31e6), 16, 7], field(8, 'w'), field(7, Buffer.alloc(31e6))),
      ),
  ],
  [
    'a shape of 31 MB',
    'onnx',
    () => onnxProduct(field(5, latin1('\x08\x01'.repeat(15e6)), [16, 1], field(8, 'w'))),
  ],
  [
    '200 MB of weights',
    'onnx',
    () =>
      onnxProduct(
        field(5, [8, 2, 8, ...varint(25e6), 16, 1], field(8, 'w'), field(9, Buffer.alloc(2e8))),
      ),
  ],
  ['4 MB of brackets', 'json', () => latin1('['.repeat(4e6))],
  ['4 MB of lists in each other', 'json', () => latin1('['.repeat(2e6) + ']'.repeat(2e6))],
];

/** Whether PyTorch reads what wick writes; true, with a word, where it is not installed. */
async function byTorch(folder) {
  const python = ['/usr/bin/python3', 'python3'].find(
    (name) => spawnSync(name, ['-c', 'import torch']).status === 0,
  );
  if (python === undefined) {
    console.log('PyTorch is not installed: what wick writes is not read by it here');
    return true;
  }
  const { io, nn } = await load('src/index.js');
  const model = new nn.Sequential(
    new nn.Conv2d(3, 4, 3),
    new nn.BatchNorm2d(4),
    new nn.Linear(4, 2),
  );
  const path = join(folder, 'model.pth');
  const again = join(folder, 'again.pth');
  await io.saveTorch(path, { state_dict: model.stateDict(), epoch: 3, lr: 0.1, seen: [1, null] });
  const code = `
import sys, torch
from collections import OrderedDict
c = torch.load(sys.argv[1])
assert c['epoch'] == 3 and c['lr'] == 0.1 and c['seen'] == [1, None], c
m = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.Linear(4, 2))
print(m.load_state_dict(c['state_dict']))
assert c['state_dict']['1.num_batches_tracked'].dtype == torch.int64
torch.save(m.state_dict(), sys.argv[2])
`;
  const { status, stderr } = spawnSync(python, ['-c', code, path, again], { encoding: 'utf8' });
  if (status !== 0) {
    console.log(`FAIL PyTorch reads what wick writes: ${stderr}`);
    return false;
  }
  const { stateDict } = await io.loadTorch(again);
  const same = [...model.stateDict()].every(([name, { data }]) =>
    Buffer.from(data.buffer, data.byteOffset, data.byteLength).equals(bytesOf(stateDict.get(name))),
  );
  console.log(`${same ? 'ok  ' : 'FAIL'} wick → .pth → PyTorch → .pth → wick, bit for bit`);
  return same;
}

/** Whether NumPy reads what wick writes, to the bit; true, with a word, where it is not installed. */
async function byNumpy(folder) {
  const python = ['/usr/bin/python3', 'python3'].find(
    (name) => spawnSync(name, ['-c', 'import numpy']).status === 0,
  );
  if (python === undefined) {
    console.log('NumPy is not installed: what wick writes is not read by it here');
    return true;
  }
  const { io, arange, tensor } = await load('src/index.js');
  const arrays = new Map([
    ['größe/猫', arange(24).reshape([2, 3, 4]).div(7)],
    ['whole', tensor([-(2 ** 31), 2 ** 31 - 1], { dtype: 'int32' })],
    ['double', tensor([Math.PI], { dtype: 'float64' })],
    ['flags', tensor([true, false])],
    ['scalar', tensor(255, { dtype: 'uint8' })],
  ]);
  const [path, again] = [join(folder, 'ours.npz'), join(folder, 'theirs.npz')];
  await io.saveNpz(path, arrays);
  const code =
    'import sys, numpy as np; a = np.load(sys.argv[1]); ' +
    'np.savez_compressed(sys.argv[2], **{k: a[k].copy(order="F") for k in a.files})';
  const { status, stderr } = spawnSync(python, ['-c', code, path, again], { encoding: 'utf8' });
  const loaded = status === 0 ? await io.loadNpz(again) : new Map();
  const same = [...arrays].every(([name, wanted]) => {
    const { dtype, shape, data } = loaded.get(name) ?? { shape: [], data: [] };
    const agrees = dtype === wanted.dtype && shape.join() === wanted.shape.join();
    return agrees && Buffer.from(data.buffer).equals(Buffer.from(wanted.data.buffer));
  });
  console.log(`${same ? 'ok  ' : 'FAIL'} wick → .npz → NumPy → .npz → wick, bit for bit ${stderr}`);
  return same;
}

function bytesOf({ data }) {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

if (process.argv[2] === '--one') await measure(process.argv[3], process.argv[4]);
else await verify();
