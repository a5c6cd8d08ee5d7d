/**
 * The state-dict key of a field: `runningMean` → `running_mean`, `numBatchesTracked` → `num_batches_tracked`. A capital
 * begins a word; a digit never does, so `conv1`, `fc2` and `layer1` stay as they are.
 */
export function stateKey(field: string): string {
  return field.replace(/(?<=[a-z0-9])[A-Z]|(?<=[A-Z])[A-Z](?=[a-z])/g, '_$&').toLowerCase();
}
