import type { TrainedModel } from '../runs/trained-model.js';
import { imbalanceToMention, percent } from '../train/epoch-line.js';
import type { HeldOutScores } from '../train/metrics.js';
import { printAside } from './output.js';

/** What a run without best weights is used with. */
export const noteOnLast =
  'note: the run ended before it had saved its best weights: its last are used';

/** What people should know of a trained model before its answers. */
export function tellNotes({ checkpoint, notes }: Pick<TrainedModel, 'checkpoint' | 'notes'>): void {
  if (checkpoint === 'last') printAside(noteOnLast);
  for (const note of notes) printAside(`note: ${note}`);
}

/** `accuracy 91.0%`, with balanced accuracy beside it where classes differ much in size. */
export function accuracyOf({
  accuracy,
  balancedAccuracy,
  confusion,
}: Pick<HeldOutScores, 'accuracy' | 'balancedAccuracy' | 'confusion'>): string {
  const plain = `accuracy ${percent(accuracy)}`;
  if (confusion.imbalance() <= imbalanceToMention) return plain;
  return `${plain}, balanced ${percent(balancedAccuracy)}`;
}
