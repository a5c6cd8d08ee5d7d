import { fileURLToPath } from 'node:url';
import { findPeer } from '../workers/peer-package.js';
import type { Entry } from './contender.js';

const worker = fileURLToPath(new URL('../workers/tfjs.js', import.meta.url));

/**
 * TensorFlow.js where it runs: its WebAssembly cannot train convolutions, and its plain JavaScript takes minutes to an
 * hour for a step of the larger networks.
 */
export const tfjs: Entry = (workload, _settings, stepFolder) => {
  const backends = [
    ...(workload.mode === 'infer' ? ['wasm'] : []),
    ...(workload.name === 'mnist' ? ['cpu'] : []),
  ];
  return backends
    .filter(() => findPeer('@tensorflow/tfjs') !== undefined)
    .map((backend) => ({
      label: `tfjs ${backend}`,
      command: [process.execPath, worker, backend, stepFolder()],
      precision: 'float32',
    }));
};
