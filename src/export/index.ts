/** Models for other programs: ONNX. */
import '../ops/index.js'; // Tensor's methods and the engines, for whoever imports this room alone

export type { OnnxCheck } from './check-onnx.js';
export { type ExportOnnxOptions, exportOnnx, type OnnxExport } from './export-onnx.js';
export type { OnnxRuntime, RuntimeSession, RuntimeTensor } from './onnxruntime.js';
