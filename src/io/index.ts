/** Files: weights and run folders. */
export { type ModelCard, readModelCard } from './model-card.js';
export { RunFolder } from './run-folder.js';
export { loadSafetensors, type SafetensorsFile, saveSafetensors } from './safetensors.js';
