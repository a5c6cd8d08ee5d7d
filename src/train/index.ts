/** The training loop and what follows it. */
import '../ops/index.js'; // Tensor's methods and the engines, for whoever imports this room alone

export {
  Checkpoint,
  type CheckpointOptions,
  type CheckpointStore,
} from './callbacks/checkpoint.js';
export { ModelCheckpoint, type ModelCheckpointOptions } from './callbacks/model-checkpoint.js';
export { readCheckpoint, writeCheckpoint } from './checkpoint-file.js';
export * from './portable.js';
export { Progress, type ProgressOptions } from './progress.js';
