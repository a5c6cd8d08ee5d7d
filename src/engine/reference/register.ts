import { registerEngine } from '../registry.js';
import { referenceEngine } from './reference.js';

registerEngine('reference', () => referenceEngine, { automatic: true });
