import { registerEngine } from '../registry.js';
import { openNativeEngine } from './native.js';

const automatic = typeof process !== 'undefined' && process.arch === 'x64';

registerEngine('native', openNativeEngine, { automatic, replaceable: true });
