/** The namespace `backends`: those of PyTorch that programs ask for. */
import { isAvailable } from './cuda.js';

/** Apple's GPUs. */
export const mps = { isAvailable };
