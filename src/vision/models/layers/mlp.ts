import { GELU } from '../../../nn/activations.js';
import { Sequential } from '../../../nn/containers.js';
import { Dropout } from '../../../nn/dropout.js';
import { Linear } from '../../../nn/linear.js';

/** Two linear layers with a GELU between them, as transformers have: `[…, size]` → `[…, size]`. */
export class MLP extends Sequential {
  constructor(size: number, hidden: number) {
    super(
      new Linear(size, hidden),
      new GELU(),
      new Dropout(0),
      new Linear(hidden, size),
      new Dropout(0),
    );
  }
}
