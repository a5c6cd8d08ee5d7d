import { LayerNorm } from '../../../nn/normalization.js';
import type { Tensor } from '../../../tensor/tensor.js';

/** Layer norm over the channels of each pixel: `[N, C, H, W]` → `[N, C, H, W]`. */
export class LayerNorm2d extends LayerNorm {
  override forward(x: Tensor): Tensor {
    return super.forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2);
  }
}
