import { EngineError } from '../../core/errors.js';
import { cannotLoad } from '../cannot-load.js';
import { registerEngine } from '../registry.js';
import { openNativeEngine } from './native.js';

const automatic = typeof process !== 'undefined' && process.arch === 'x64';

registerEngine(
  'native',
  (settings) => {
    try {
      return openNativeEngine(settings);
    } catch (error) {
      throw error instanceof EngineError ? error : cannotLoad('native', error);
    }
  },
  { automatic, replaceable: true },
);
