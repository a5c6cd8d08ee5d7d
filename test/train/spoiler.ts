import { nn, type Tensor, tensor } from '../../src/index.js';

/** A layer that makes of its `n`-th training batch what no number is; the counter is a buffer, so that it is part of a checkpoint. */
export class Spoiler extends nn.Module {
  readonly seen = new nn.Buffer(tensor(0, { dtype: 'int32' }));

  constructor(private readonly n: number) {
    super();
  }

  override forward(x: Tensor): Tensor {
    if (!this.training) return x;
    this.seen.add_(1);
    return x.div(this.seen.sub(this.n).abs().gt(0).to('float32'));
  }
}
