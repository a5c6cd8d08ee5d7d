/** wick's public names in a browser: those of `portable.ts`, the networks, and the way to open the engine. */
import * as models from './vision/models/architectures.js';

export { openBrowserEngine } from './engine/wasm/browser-engine.js';
export type { WasmEngine, WasmEngineOptions } from './engine/wasm/wasm.js';
export * from './portable.js';

/** The part of room `vision` that needs no files. */
export const vision = { models };
