/** Where a run took place. */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { pytorchHere } from './contestants/pytorch-here.js';
import { installPeers, peerVersions } from './workers/peer-package.js';

export function cpuLine(threads: number): string {
  return `${cpus()[0]?.model ?? 'unknown CPU'}, ${threads} threads`;
}

/** Sentences about the machine and the versions. */
export function machineLines(threads: number): readonly string[] {
  const pytorch = pytorchHere();
  const peers = Object.entries(peerVersions()).map(([name, version]) => `${name} ${version}`);
  const versions = [
    `Node ${process.version}`,
    ...(pytorch === null ? [] : [`PyTorch ${pytorch.version}`]),
    ...peers,
  ];
  const without = 'This CPU has no bfloat16 instructions: nothing was timed in bfloat16.';
  return [`${cpuLine(threads)}; ${versions.join(', ')}.`, ...(hasBfloat16() ? [] : [without])];
}

/** What is missing for a full comparison, and how to get it. */
export function missingPeers(): readonly string[] {
  const pytorch = pytorchHere();
  return [
    ...(pytorch === null
      ? [
          'PyTorch is left out; on Debian: apt install python3-torch python3-torchvision libopenblas0-openmp',
        ]
      : []),
    ...(pytorch?.isSlow
      ? [
          'PyTorch multiplies by the reference BLAS here, which is slow, and is left out of ratios; on Debian: apt install libopenblas0-openmp',
        ]
      : []),
    ...(Object.keys(peerVersions()).length === 0
      ? [`ONNX Runtime and TensorFlow.js are left out; install them: ${installPeers}`]
      : []),
  ];
}

function hasBfloat16(): boolean {
  try {
    return /\b(avx512_bf16|amx_bf16)\b/.test(readFileSync('/proc/cpuinfo', 'utf8'));
  } catch {
    return true; // Nobody knows: nothing is said.
  }
}
