import { optionReader } from '../core/options.js';

export interface InplaceOptions {
  /**
   * Printed as PyTorch prints it. Memory is planned by the engine, which works in place where it can.
   * @default false
   */
  inplace?: boolean;
}

const readOptions = optionReader<InplaceOptions>('ReLU', { inplace: true });

/** Whether the layer `subject` is to print `inplace=True`. */
export function readInplace(given: readonly [options?: InplaceOptions], subject: string): boolean {
  return readOptions(given, subject).inplace ?? false;
}
