import { isRecording, noteModule } from '../tensor/execute.js';
import type { Tensor } from '../tensor/tensor.js';

interface Runs {
  forward(...inputs: Tensor[]): Tensor;
}

const noted = new WeakSet<object>();

/**
 * Lets `forward`, wherever it stands between the class of `prototype` and `base`, tell a step that is being recorded that the
 * module runs, and call `inRecording`. Done once for each class.
 */
export function noteForward<M extends Runs>(
  prototype: M,
  base: M,
  inRecording: (module: M) => void,
): void {
  for (let at = prototype; at !== base && !noted.has(at); at = Object.getPrototypeOf(at)) {
    noted.add(at);
    if (!Object.hasOwn(at, 'forward')) continue;
    const { forward } = at;
    at.forward = function (this: M, ...inputs: Tensor[]): Tensor {
      if (isRecording()) {
        noteModule(this);
        inRecording(this);
      }
      return forward.apply(this, inputs);
    };
  }
}
