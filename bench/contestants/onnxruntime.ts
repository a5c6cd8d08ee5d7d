import { fileURLToPath } from 'node:url';
import { findPeer } from '../workers/peer-package.js';
import type { Entry } from './contender.js';

const worker = fileURLToPath(new URL('../workers/onnxruntime.js', import.meta.url));

/** ONNX Runtime, native and in WebAssembly, with the whole step as one ONNX graph; classifying is what the native one is for. */
export const onnxruntime: Entry = ({ mode }, { threads }, stepFolder) =>
  ['onnxruntime-node', 'onnxruntime-web']
    .filter((name) => findPeer(name) !== undefined)
    .map((name) => ({
      label: name,
      command: [process.execPath, worker, name, stepFolder(), String(threads)],
      precision: 'float32',
      allRounds: mode === 'infer' && name === 'onnxruntime-node',
    }));
