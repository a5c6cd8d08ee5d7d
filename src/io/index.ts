/** Files: weights and run folders. */
export { type LoadTorchOptions, loadTorch, type TorchFile } from './load-torch.js';
export { type ModelCard, readModelCard } from './model-card.js';
export { RunFolder } from './run-folder.js';
export { loadSafetensors, type SafetensorsFile, saveSafetensors } from './safetensors.js';
export { saveTorch } from './save-torch.js';
export type { TorchValue } from './torch/pickler.js';
