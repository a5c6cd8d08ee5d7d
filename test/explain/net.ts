/** The network and pictures of scripts/goldens/explain.py. */
import '../../src/ops/index.js';
import * as nn from '../../src/nn/index.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { counterValues, fillState } from '../nn/counter-values.js';

export class Net extends nn.Module {
  readonly conv1 = new nn.Conv2d(3, 6, 3, { padding: 1 });
  readonly bn1 = new nn.BatchNorm2d(6);
  readonly relu1 = new nn.ReLU();
  readonly conv2 = new nn.Conv2d(6, 8, 3, { stride: 2, padding: 1 });
  readonly relu2 = new nn.ReLU();
  readonly pool = new nn.MaxPool2d(2);
  readonly fc1 = new nn.Linear(8 * 3 * 2, 7);
  readonly fc2 = new nn.Linear(7, 4);

  override forward(x: Tensor): Tensor {
    let y = this.relu1(this.bn1(this.conv1(x)));
    y = this.pool(this.relu2(this.conv2(y)));
    return this.fc2(this.fc1(y.flatten(1)).tanh());
  }
}

export function filledNet(): Net {
  const net = new Net();
  fillState(net, 100, 0.5);
  return net;
}

export const pictures: Tensor = counterValues([3, 3, 12, 10], 7, -1, 1.5);
export const baseline: Tensor = counterValues([3, 12, 10], 9, -0.2, 0.2);
