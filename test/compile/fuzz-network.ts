/** Modules of a network's description. */
import { numel, type Shape } from '../../src/core/shape.js';
import * as nn from '../../src/nn/index.js';
import { cat } from '../../src/ops/functions.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import type { Activation, Block, NetworkSpec } from './fuzz-spec.js';

/** Values that a statistic needs at least: over fewer, its gradient is mostly rounding. */
const leastValues = 16;

/** Added to variances: where a channel hardly varies, the root of PyTorch's 1e-5 would magnify rounding 300 times. */
const eps = 1e-2;

/** Multiply-adds that a network's convolutions may take in all, for `reference` has to compute them too. */
const mostMultiplyAdds = 2e7;

/** The network of `spec`, with a `blocks` part and a `head`. */
export class FuzzNetwork extends nn.Module {
  readonly blocks: nn.Sequential;
  readonly head: nn.Sequential;

  constructor({ batch, image, blocks, head, classes }: NetworkSpec) {
    super();
    const builder = new Builder([batch, ...image]);
    this.blocks = new nn.Sequential(...builder.blocks(blocks));
    if (head.pool) builder.shape = [...builder.shape.slice(0, 2), 1, 1];
    let width = numel(builder.shape.slice(1));
    const layers: nn.Module[] = head.pool ? [new nn.AdaptiveAvgPool2d(1)] : [];
    layers.push(new nn.Flatten());
    for (const hidden of head.hidden) {
      layers.push(new nn.Linear(width, hidden));
      if (head.norm === 'layer' && hidden >= leastValues)
        layers.push(new nn.LayerNorm(hidden, { eps }));
      if (head.norm === 'batch' && batch >= 8) layers.push(new nn.BatchNorm1d(hidden, { eps }));
      layers.push(activation(head.activation));
      width = hidden;
    }
    layers.push(new nn.Linear(width, classes));
    this.head = new nn.Sequential(...layers);
  }

  override forward(x: Tensor): Tensor {
    return this.head.forward(this.blocks.forward(x));
  }
}

class Residual extends nn.Module {
  constructor(
    readonly body: nn.Module,
    readonly shortcut: nn.Module,
    private readonly branchFirst: boolean,
  ) {
    super();
  }

  override forward(x: Tensor): Tensor {
    if (this.branchFirst) return this.body.forward(x).add(this.shortcut.forward(x));
    return this.shortcut.forward(x).add(this.body.forward(x));
  }
}

class Gate extends nn.Module {
  readonly mix: nn.Conv2d;

  constructor(channels: number) {
    super();
    this.mix = new nn.Conv2d(channels, channels, 1);
  }

  override forward(x: Tensor): Tensor {
    return x.mul(this.mix.forward(x.mean([2, 3], { keepdim: true })).sigmoid());
  }
}

class Concat extends nn.Module {
  readonly conv: nn.Conv2d;

  constructor(channels: number, out: number) {
    super();
    this.conv = new nn.Conv2d(channels, out, 1);
  }

  override forward(x: Tensor): Tensor {
    return cat([x, this.conv.forward(x)], 1);
  }
}

/** Makes modules and follows the shape through them. */
class Builder {
  private multiplyAdds = 0;

  constructor(public shape: Shape) {}

  blocks(blocks: readonly Block[]): nn.Module[] {
    return blocks.flatMap((block) => this.block(block) ?? []);
  }

  private block(block: Block): nn.Module | undefined {
    const [n, c, h, w] = this.sizes();
    switch (block.kind) {
      case 'conv':
        return this.conv(block);
      case 'norm':
        return this.norm(block);
      case 'activation':
        return activation(block.of);
      case 'pool':
        return this.pool(block);
      case 'adaptivePool':
        if (block.size[0] > h || block.size[1] > w) return undefined;
        this.shape = [n, c, ...block.size];
        return new nn.AdaptiveAvgPool2d(block.size);
      case 'dropout':
        return block.channels ? new nn.Dropout2d(block.p) : new nn.Dropout(block.p);
      case 'residual':
        return this.residual(block);
      case 'gate':
        return new Gate(c);
      case 'concat':
        if (!this.affords(c * block.out * n * h * w)) return undefined;
        this.shape = [n, c + block.out, h, w];
        return new Concat(c, block.out);
    }
  }

  private conv(block: Extract<Block, { kind: 'conv' }>): nn.Module | undefined {
    const { kernel, stride, padding, dilation, bias } = block;
    const [n, c, h, w] = this.sizes();
    const asked = block.out === 'same' ? c : block.out;
    const out = block.groups === 'depthwise' ? c * (asked % 2 === 0 ? 1 : 2) : asked;
    const wanted = block.groups === 'depthwise' ? c : block.groups;
    const groups = c % wanted === 0 && out % wanted === 0 ? wanted : 1;
    const size = [h, w].map((side, i) => {
      const reach = (dilation[i] ?? 1) * ((kernel[i] ?? 1) - 1) + 1;
      return Math.floor((side + 2 * (padding[i] ?? 0) - reach) / (stride[i] ?? 1)) + 1;
    });
    if (size.some((side) => side < 1)) return undefined;
    if (!this.affords((n * numel(size) * out * c * kernel[0] * kernel[1]) / groups))
      return undefined;
    this.shape = [n, out, ...size];
    return new nn.Conv2d(c, out, kernel, { stride, padding, dilation, groups, bias });
  }

  private norm({ of, affine }: Extract<Block, { kind: 'norm' }>): nn.Module | undefined {
    const [n, c, h, w] = this.sizes();
    if (of === 'batch')
      return n * h * w < leastValues ? undefined : new nn.BatchNorm2d(c, { eps, affine });
    if (c * h * w < leastValues) return undefined;
    if (of === 'layer') return new nn.LayerNorm([c, h, w], { eps, elementwiseAffine: affine });
    const groups = [4, 3, 2, 1].find((g) => c % g === 0 && (c / g) * h * w >= leastValues);
    return groups === undefined ? undefined : new nn.GroupNorm(groups, c, { eps, affine });
  }

  private pool(block: Extract<Block, { kind: 'pool' }>): nn.Module | undefined {
    const { of, kernel, stride, padding, ceilMode } = block;
    const [n, c, h, w] = this.sizes();
    const round = ceilMode ? Math.ceil : Math.floor;
    const size = [h, w].map((side, i) => {
      const [pad, step] = [padding[i] ?? 0, stride[i] ?? 1];
      const count = round((side + 2 * pad - (kernel[i] ?? 1)) / step) + 1;
      return ceilMode && (count - 1) * step >= side + pad ? count - 1 : count;
    });
    if (h + 2 * padding[0] < kernel[0] || w + 2 * padding[1] < kernel[1]) return undefined;
    this.shape = [n, c, ...size];
    const options = { stride, padding, ceilMode };
    return of === 'max' ? new nn.MaxPool2d(kernel, options) : new nn.AvgPool2d(kernel, options);
  }

  private residual(block: Extract<Block, { kind: 'residual' }>): nn.Module {
    const before = this.sizes();
    const body = new nn.Sequential(...this.blocks(block.blocks));
    const after = this.sizes();
    const shortcut: nn.Module[] = [];
    if (before[1] !== after[1]) shortcut.push(new nn.Conv2d(before[1], after[1], 1));
    // A branch that padding has made larger has no shortcut.
    if (after[2] > before[2] || after[3] > before[3]) return body;
    if (after[2] < before[2] || after[3] < before[3])
      shortcut.push(new nn.AdaptiveAvgPool2d([after[2], after[3]]));
    const path = shortcut.length === 0 ? new nn.Identity() : new nn.Sequential(...shortcut);
    return new Residual(body, path, block.branchFirst);
  }

  private affords(multiplyAdds: number): boolean {
    if (this.multiplyAdds + multiplyAdds > mostMultiplyAdds) return false;
    this.multiplyAdds += multiplyAdds;
    return true;
  }

  private sizes(): readonly [n: number, c: number, h: number, w: number] {
    const [n = 1, c = 1, h = 1, w = 1] = this.shape;
    return [n, c, h, w];
  }
}

function activation(of: Activation): nn.Module {
  switch (of) {
    case 'relu':
      return new nn.ReLU();
    case 'leakyRelu':
      return new nn.LeakyReLU(0.1);
    case 'gelu':
      return new nn.GELU();
    case 'silu':
      return new nn.SiLU();
    case 'sigmoid':
      return new nn.Sigmoid();
    case 'tanh':
      return new nn.Tanh();
  }
}
