/** wick's ops as nodes of ONNX: those that networks use when they classify. */
import type { Lowerings } from '../onnx-lowering.js';
import { elementwise } from './elementwise.js';
import { layers } from './layers.js';
import { movement } from './movement.js';
import { pooling } from './pooling.js';
import { reduction } from './reduction.js';

export const inferenceOps: Lowerings = {
  ...elementwise,
  ...reduction,
  ...movement,
  ...layers,
  ...pooling,
};
