/** Modules of users' own that make data sets and transforms in worker threads: importing this file says how they are loaded. For Node only. */
import { fileURLToPath } from 'node:url';
import { loadModule } from '../core/load-module.js';
import { registerModuleLoader } from './dataset.js';

registerModuleLoader(async (url) => (await loadModule(fileURLToPath(url))).exports);
