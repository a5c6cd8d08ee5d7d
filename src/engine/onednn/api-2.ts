/** oneDNN 2.x: descriptors are structs that the caller holds, an operation is described before it becomes a primitive. */

import type { NativePointer, SharedLibrary } from '../ffi.js';
import {
  checkStatus,
  dataTypes,
  dimsOf,
  direct,
  newHandle,
  passes,
  type VersionedApi,
} from './api.js';

/** Room for a `dnnl_memory_desc_t` (696 bytes) and for any operation's descriptor (a convolution's has 5,976). */
const descBytes = 1024;
const operationBytes = 8192;

export function openApi2(
  library: SharedLibrary,
  engine: bigint,
  tagOf: (name: string) => number,
): VersionedApi {
  const byTag = library.func('int dnnl_memory_desc_init_by_tag(void *, int, void *, int, int)');
  const byStrides = library.func(
    'int dnnl_memory_desc_init_by_strides(void *, int, void *, int, void *)',
  );
  const submemory = library.func(
    'int dnnl_memory_desc_init_submemory(void *, void *, void *, void *)',
  );
  const forward = library.func(
    'int dnnl_dilated_convolution_forward_desc_init(void *, int, int, void *, void *, void *, void *, void *, void *, void *, void *)',
  );
  const backwardData = library.func(
    'int dnnl_dilated_convolution_backward_data_desc_init(void *, int, void *, void *, void *, void *, void *, void *, void *)',
  );
  const backwardWeights = library.func(
    'int dnnl_dilated_convolution_backward_weights_desc_init(void *, int, void *, void *, void *, void *, void *, void *, void *, void *)',
  );
  const matmul = library.func('int dnnl_matmul_desc_init(void *, void *, void *, void *, void *)');
  const create = library.func(
    'int dnnl_primitive_desc_create(void *, void *, void *, void *, void *)',
  );
  const appendSum = library.func('int dnnl_post_ops_append_sum(void *, float)');
  /** Stands for an operand that is not there. */
  const zeroDesc = new Uint8Array(descBytes);

  const primitiveDesc = (call: string, operation: Uint8Array, attributes: bigint, hint: bigint) =>
    newHandle(call, (out) => create(out, operation, attributes, engine, hint));
  const orNone = (desc: NativePointer) => desc ?? zeroDesc;

  return {
    describe(dims, type, layout) {
      const desc = new Uint8Array(descBytes);
      const rank = dims.length;
      const status =
        typeof layout === 'string'
          ? byTag(desc, rank, dimsOf(dims), dataTypes[type], tagOf(layout))
          : byStrides(desc, rank, dimsOf(dims), dataTypes[type], dimsOf(layout));
      checkStatus('dnnl_memory_desc_init', status);
      return desc;
    },

    part(whole, dims, offsets) {
      const desc = new Uint8Array(descBytes);
      const status = submemory(desc, whole, dimsOf(dims), dimsOf(offsets));
      checkStatus('dnnl_memory_desc_init_submemory', status);
      return desc;
    },

    destroyDesc() {}, // The collector has them.

    convolution(pass, { src, weights, bias, dst }, windows, attributes, hint = 0n) {
      const operation = new Uint8Array(operationBytes);
      const rest = [
        dimsOf(windows.strides),
        dimsOf(windows.dilations.map((d) => d - 1)),
        dimsOf(windows.paddingBefore),
        dimsOf(windows.paddingAfter),
      ];
      const status =
        pass === 'backwardData'
          ? backwardData(operation, direct, src, weights, dst, ...rest)
          : pass === 'backwardWeights'
            ? backwardWeights(operation, direct, src, weights, orNone(bias), dst, ...rest)
            : forward(
                ...[operation, passes[pass], direct],
                ...[src, weights, orNone(bias), dst, ...rest],
              );
      checkStatus(`dnnl_convolution (${pass})`, status);
      return primitiveDesc(`dnnl_convolution (${pass})`, operation, attributes, hint);
    },

    matmul(src, weights, bias, dst, attributes) {
      const operation = new Uint8Array(operationBytes);
      checkStatus('dnnl_matmul', matmul(operation, src, weights, orNone(bias), dst));
      return primitiveDesc('dnnl_matmul', operation, attributes, 0n);
    },

    appendSum: (postOps) => checkStatus('dnnl_post_ops_append_sum', appendSum(postOps, 1)),
  };
}
