/** wick's public names in a browser: those of `portable.ts`, the parts of rooms that need no files, and what a page alone has. */
export * as data from './data/portable.js';
export { openBrowserEngine } from './engine/wasm/browser-engine.js';
export type { WasmEngine, WasmEngineOptions } from './engine/wasm/wasm.js';
export { openBrowserGpuEngine } from './engine/webgpu/browser-engine.js';
export type { WebGpuEngine, WebGpuOptions } from './engine/webgpu/webgpu.js';
export * as explain from './explain/index.js';
export * from './portable.js';
export type { Answer, TestTimeViews } from './runs/answers.js';
export type { LoadProgress } from './runs/fetch-model.js';
export type { PageCard } from './runs/page-card.js';
export type { Invert, PictureResult, Prediction, PredictOptions } from './runs/predict-options.js';
export type { PreparedPicture } from './runs/scorer.js';
export * as train from './train/portable.js';
export type { PagePicture, PixelData } from './web/bitmap.js';
export { Classifier, type LoadModelOptions } from './web/classifier.js';
export * as io from './web/io.js';
export { type ModelDescription, saveModel } from './web/save-model.js';
export * as vision from './web/vision.js';
