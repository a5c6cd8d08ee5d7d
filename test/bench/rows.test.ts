import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Measured } from '../../bench/compare.js';
import { rowsOf } from '../../bench/rows.js';
import { workloadNamed } from '../../bench/workloads.js';

const measured = (
  label: string,
  p10Ms: number,
  rest: Partial<Pick<Measured, 'ours' | 'rivals' | 'precision' | 'keepsMemory' | 'isHandicapped'>>,
): Measured => ({
  label,
  command: [],
  precision: 'float32',
  medianMs: p10Ms + 1,
  p10Ms,
  steps: 10,
  quietRounds: 2,
  rounds: 2,
  rssBytes: 1e6 * p10Ms,
  overhead: undefined,
  ...rest,
});

const compiled = measured('wick', 4, { ours: { engine: 'wasm', mode: 'compiled' } });
const eager = measured('wick eager', 8, { ours: { engine: 'wasm', mode: 'eager' } });
const peers = [
  measured('PyTorch', 12, { rivals: ['compiled', 'eager'] }),
  measured('PyTorch channels_last', 10, { rivals: ['compiled'] }),
  measured('PyTorch (keeps memory)', 7, { rivals: ['compiled', 'eager'], keepsMemory: true }),
  measured('PyTorch bf16', 6, { rivals: ['compiled'], precision: 'bfloat16' }),
  measured('onnxruntime-node', 5, {}),
];
const mnist = workloadNamed('mnist');

test('a compiled row is against the faster layout of its own precision', () => {
  const [row, ...others] = rowsOf(mnist, 'a CPU', [compiled, ...peers]);
  assert.deepEqual(others, []);
  assert.deepEqual(
    { ...row, gflops: undefined },
    {
      workload: 'mnist',
      precision: 'float32',
      engine: 'wasm',
      cpu: 'a CPU',
      medianMs: 5,
      p10Ms: 4,
      peer: 'PyTorch channels_last',
      peerMedianMs: 11,
      peerP10Ms: 10,
      ratio: 2.5,
      keptPeer: 'PyTorch (keeps memory)',
      keptPeerMedianMs: 8,
      keptPeerP10Ms: 7,
      keptRatio: 1.75,
      imagesPerSecond: 6400,
      gflops: undefined,
      overhead: null,
      rssBytes: 4e6,
      peerRssBytes: 10e6,
      quietRounds: 2,
    },
  );
});

test('an eager row is against the default layout, a bfloat16 one against mixed precision', () => {
  const bf16 = { ...compiled, precision: 'bfloat16' } as const;
  const rows = rowsOf(mnist, 'a CPU', [eager, bf16, ...peers]);
  assert.deepEqual(
    rows.map(({ engine, precision, peer, ratio }) => ({ engine, precision, peer, ratio })),
    [
      { engine: 'wasm (eager)', precision: 'float32', peer: 'PyTorch', ratio: 1.5 },
      { engine: 'wasm', precision: 'bfloat16', peer: 'PyTorch bf16', ratio: 1.5 },
    ],
  );
});

test('without a peer its figures are null, which JSON can say', () => {
  const [row] = rowsOf(mnist, 'a CPU', [compiled]);
  assert.deepEqual([row?.peer, row?.peerP10Ms, row?.ratio], [null, null, null]);
});

test('one that is slower than it should be here is no peer', () => {
  const slow = peers.map((peer) => ({ ...peer, isHandicapped: true }));
  const [row] = rowsOf(mnist, 'a CPU', [compiled, ...slow]);
  assert.deepEqual([row?.peer, row?.ratio, row?.keptPeer], [null, null, null]);
});

test('training counts three passes of two operations per multiply-add, inference one', () => {
  const [{ gflops = 0 } = {}] = rowsOf(workloadNamed('resnet18'), 'a CPU', [compiled]);
  const [{ gflops: inferred = 0 } = {}] = rowsOf(workloadNamed('resnet18-infer'), 'a CPU', [
    compiled,
  ]);
  assert.ok(Math.abs(gflops / inferred - 3) < 1e-9);
  // 1.8 billion multiply-adds an image, 16 images, in 5 ms.
  assert.ok(Math.abs(inferred - (2 * 1.814e9 * 16) / 5e6) < 0.01 * inferred, `${inferred}`);
});
