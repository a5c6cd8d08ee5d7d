/** What lowerings make in oneDNN lives as long as the plan. */
import type { LowerContext } from '../../compiler/lowering.js';
import type { ConvolutionDescs, DataType, Desc, Layout, Pass, Windows } from '../api.js';
import { OneDnnError } from '../api.js';
import type { Attributes, OneDnn } from '../library.js';

export class Scope {
  constructor(
    private readonly context: LowerContext,
    readonly onednn: OneDnn,
  ) {}

  describe(dims: readonly number[], type: DataType, layout: Layout): Desc {
    return this.keepDesc(this.onednn.api.describe(dims, type, layout));
  }

  /** Undefined where the layout cannot be parted: one with padding, say. */
  part(whole: Desc, dims: readonly number[], offsets: readonly number[]): Desc | undefined {
    try {
      return this.keepDesc(this.onednn.api.part(whole, dims, offsets));
    } catch (error) {
      if (isUnimplemented(error)) return undefined;
      throw error;
    }
  }

  /** Undefined where oneDNN has no fast code for it. */
  convolution(
    pass: Pass,
    descs: ConvolutionDescs,
    windows: Windows,
    attributes: Attributes = {},
    forward?: bigint,
    evenSlow = false,
  ): bigint | undefined {
    const { api } = this.onednn;
    const create = (given: bigint) => api.convolution(pass, descs, windows, given, forward);
    return this.make(attributes, create, evenSlow);
  }

  matmul(
    src: Desc,
    weights: Desc,
    bias: Desc,
    dst: Desc,
    attributes: Attributes = {},
  ): bigint | undefined {
    return this.make(attributes, (given) => this.onednn.api.matmul(src, weights, bias, dst, given));
  }

  reorder(from: Desc, to: Desc, attributes: Attributes = {}): bigint | undefined {
    return this.make(attributes, (given) => this.onednn.reorder(from, to, given), true);
  }

  private make(
    wanted: Attributes,
    create: (attributes: bigint) => bigint,
    evenSlow = false,
  ): bigint | undefined {
    const { onednn } = this;
    const attributes = onednn.attributes(wanted);
    try {
      const primitiveDesc = create(attributes);
      this.context.whenDisposed(() => onednn.destroyPrimitiveDesc(primitiveDesc));
      const isSlow = /ref|simple/.test(onednn.implementationOf(primitiveDesc));
      return isSlow && !evenSlow ? undefined : primitiveDesc;
    } catch (error) {
      if (isUnimplemented(error)) return undefined;
      throw error;
    } finally {
      onednn.destroyAttributes(attributes);
    }
  }

  private keepDesc(desc: Desc): Desc {
    this.context.whenDisposed(() => this.onednn.api.destroyDesc(desc));
    return desc;
  }
}

function isUnimplemented(error: unknown): boolean {
  return error instanceof OneDnnError && error.status === 'unimplemented';
}
