import { EngineError, reasonOf } from '../../core/errors.js';
import { registerEngine } from '../registry.js';
import { openWasmEngine } from './wasm.js';

registerEngine(
  'wasm',
  (settings) => {
    try {
      return openWasmEngine(settings);
    } catch (error) {
      throw new EngineError(
        'wasm',
        `cannot be loaded (${reasonOf(error)}); choose reference, which runs anywhere`,
        { cause: error },
      );
    }
  },
  { automatic: true },
);
