/** How a trainer comes by a checkpoint that is named: `checkpoint-file.ts` registers itself where there are files. */
import { ValueError } from '../core/errors.js';
import type { TrainerState } from './trainer-state.js';

type Reader = (path: string) => Promise<TrainerState>;

let reader: Reader | null = null;

export function registerCheckpointReader(read: Reader): void {
  reader = read;
}

/** The state in the file at `path`. */
export async function readResume(path: string): Promise<TrainerState> {
  if (reader !== null) return await reader(path);
  throw new ValueError(
    'Trainer.fit',
    'resume names a file, which browsers do not have; give what stateDict() gave',
  );
}
