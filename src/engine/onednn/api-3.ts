/** oneDNN 3.x: descriptors are handles, and each operation makes its primitive descriptor in one call. */

import type { SharedLibrary } from '../ffi.js';
import {
  checkStatus,
  dataTypes,
  dimsOf,
  direct,
  newHandle,
  passes,
  type VersionedApi,
} from './api.js';

const undefinedType = 0;

export function openApi3(
  library: SharedLibrary,
  engine: bigint,
  tagOf: (name: string) => number,
): VersionedApi {
  const withTag = library.func(
    'int dnnl_memory_desc_create_with_tag(void *, int, void *, int, int)',
  );
  const withStrides = library.func(
    'int dnnl_memory_desc_create_with_strides(void *, int, void *, int, void *)',
  );
  const submemory = library.func(
    'int dnnl_memory_desc_create_submemory(void *, void *, void *, void *)',
  );
  const destroy = library.func('int dnnl_memory_desc_destroy(void *)');
  const forward = library.func(
    'int dnnl_convolution_forward_primitive_desc_create(void *, void *, int, int, void *, void *, void *, void *, void *, void *, void *, void *, void *)',
  );
  const backwardData = library.func(
    'int dnnl_convolution_backward_data_primitive_desc_create(void *, void *, int, void *, void *, void *, void *, void *, void *, void *, void *, void *)',
  );
  const backwardWeights = library.func(
    'int dnnl_convolution_backward_weights_primitive_desc_create(void *, void *, int, void *, void *, void *, void *, void *, void *, void *, void *, void *, void *)',
  );
  const matmul = library.func(
    'int dnnl_matmul_primitive_desc_create(void *, void *, void *, void *, void *, void *, void *)',
  );
  const appendSum = library.func('int dnnl_post_ops_append_sum(void *, float, int32_t, int)');

  return {
    describe(dims, type, layout) {
      const rank = dims.length;
      return newHandle('dnnl_memory_desc_create', (out) =>
        typeof layout === 'string'
          ? withTag(out, rank, dimsOf(dims), dataTypes[type], tagOf(layout))
          : withStrides(out, rank, dimsOf(dims), dataTypes[type], dimsOf(layout)),
      );
    },

    part: (whole, dims, offsets) =>
      newHandle('dnnl_memory_desc_create_submemory', (out) =>
        submemory(out, whole, dimsOf(dims), dimsOf(offsets)),
      ),

    destroyDesc: (desc) => checkStatus('dnnl_memory_desc_destroy', destroy(desc)),

    convolution(pass, { src, weights, bias, dst }, windows, attributes, hint = 0n) {
      const geometry = [
        dimsOf(windows.strides),
        dimsOf(windows.dilations.map((d) => d - 1)),
        dimsOf(windows.paddingBefore),
        dimsOf(windows.paddingAfter),
      ];
      return newHandle(`dnnl_convolution (${pass})`, (out) => {
        if (pass === 'backwardData')
          return backwardData(
            ...[out, engine, direct, src, weights, dst],
            ...[...geometry, hint, attributes],
          );
        if (pass === 'backwardWeights')
          return backwardWeights(
            ...[out, engine, direct, src, weights, bias, dst],
            ...[...geometry, hint, attributes],
          );
        return forward(
          ...[out, engine, passes[pass], direct, src, weights, bias, dst],
          ...[...geometry, attributes],
        );
      });
    },

    matmul: (src, weights, bias, dst, attributes) =>
      newHandle('dnnl_matmul', (out) => matmul(out, engine, src, weights, bias, dst, attributes)),

    appendSum: (postOps) =>
      checkStatus('dnnl_post_ops_append_sum', appendSum(postOps, 1, 0, undefinedType)),
  };
}
