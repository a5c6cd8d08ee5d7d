import { registerEngine } from '../registry.js';
import { openNativeEngine } from './native.js';

registerEngine('native', openNativeEngine, { replaceable: true });
