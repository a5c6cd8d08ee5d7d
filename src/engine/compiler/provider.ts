/**
 * How an engine beside `wasm` takes part in its plans: fusions and lowerings of its own, whose phases call code of its own.
 */
import type { ForeignCode } from '../pool/foreign-code.js';
import type { Arrange, Lowerings, Pass, Replacements } from './target.js';

export interface Provider {
  /** Of the engine. */
  readonly name: string;
  /** See the nodes before those of the kernels. @default none */
  readonly passes?: readonly Pass[];
  /** See the nodes behind those of the kernels. @default none */
  readonly lastPasses?: readonly Pass[];
  /** Asked before those of the kernels; they return false for what they leave to these. */
  readonly lowerings: Lowerings;
  /** What runs in place of kernels, where it has that for their arguments. @default none */
  readonly replacements?: Replacements;
  /** What is done to the phases of all nodes. @default nothing */
  readonly arrange?: Arrange;
  /** Who does not compute in bfloat16, as the refusal says it; undefined where plans do. */
  readonly withoutBfloat16: string | undefined;
  readonly code: ForeignCode;
}
