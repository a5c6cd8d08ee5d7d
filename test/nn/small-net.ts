import * as nn from '../../src/nn/index.js';
import '../../src/ops/index.js';
import { ones, zeros } from '../../src/tensor/creation.js';
import type { Tensor } from '../../src/tensor/tensor.js';

/** A network that holds all that a module can: layers, a parameter of its own, buffers kept and not, a plain tensor. */
export class Net extends nn.Module {
  readonly body = new nn.Sequential({
    conv: new nn.Conv2d(1, 2, 3),
    norm: new nn.BatchNorm2d(2),
  });
  readonly fcHead = new nn.Linear(2, 3);
  readonly logitScale = new nn.Parameter(ones([1]));
  readonly pixelMean = new nn.Buffer(zeros([2]));
  readonly scratch = new nn.Buffer(zeros([4]), { persistent: false });
  readonly notMine = zeros([5]);

  override forward(x: Tensor): Tensor {
    const y = this.body.forward(x).mean([2, 3]);
    return this.fcHead.forward(y.sub(this.pixelMean)).mul(this.logitScale);
  }
}
