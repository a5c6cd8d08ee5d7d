/** Files with weights. */
import '../ops/index.js'; // Tensor's methods and the engines, for whoever imports this room alone

export type { OnnxCheck } from '../export/check-onnx.js';
export { type ExportOnnxOptions, exportOnnx, type OnnxExport } from '../export/export-onnx.js';
export { type LoadTorchOptions, loadTorch, type TorchFile } from './load-torch.js';
export { loadNpy, loadNpz, saveNpy, saveNpz } from './numpy-files.js';
export { loadOnnx } from './onnx/load-onnx.js';
export type { OnnxInfo, OnnxModule } from './onnx/onnx-module.js';
export { loadSafetensors, type SafetensorsFile, saveSafetensors } from './safetensors.js';
export { saveTorch } from './save-torch.js';
export type { TorchValue } from './torch/pickler.js';
