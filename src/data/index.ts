/** Data sets and loading. */
import '../ops/index.js'; // Tensor's methods and the engines, for whoever imports this room alone
import './user-modules.js'; // how files of users' own are loaded

export { cacheFolder } from '../core/cache-folder.js';
export * from './portable.js';
