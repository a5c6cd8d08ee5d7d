/** How torchvision starts networks: one rule per kind of layer. */
import { Conv2d } from '../../../nn/conv.js';
import { kaimingNormal_, normal_, zeros_ } from '../../../nn/init.js';
import { Linear } from '../../../nn/linear.js';
import type { Module } from '../../../nn/module.js';
import type { Parameter } from '../../../tensor/parameter.js';

/** Convolutions by Kaiming's rule over their outputs, linear layers by `linear` (normal with std 0.01), biases 0. */
export function initConvNet(
  model: Module,
  linear: (weight: Parameter) => unknown = (weight) => normal_(weight, 0, 0.01),
): void {
  for (const module of model.modules()) {
    if (module instanceof Conv2d)
      kaimingNormal_(module.weight, { mode: 'fanOut', nonlinearity: 'relu' });
    else if (module instanceof Linear) linear(module.weight);
    else continue;
    if (module.bias !== null) zeros_(module.bias);
  }
}
