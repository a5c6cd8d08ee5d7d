/** The file that a helper thread runs in Node. */
import { workerData } from 'node:worker_threads';
import { helpPool } from './helper.js';
import type { HelperStart } from './host.js';

helpPool(workerData as HelperStart);
