import { cannotLoad } from '../cannot-load.js';
import { registerEngine } from '../registry.js';
import { openWasmEngine } from './wasm.js';

registerEngine(
  'wasm',
  (settings) => {
    try {
      return openWasmEngine(settings);
    } catch (error) {
      throw cannotLoad('wasm', error);
    }
  },
  { automatic: true },
);
