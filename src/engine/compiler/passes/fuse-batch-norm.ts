/**
 * Batch normalisation with what follows it: a relu, a clamp, a residual and a relu, or a relu and 2 × 2 max pooling, and their
 * gradients (`wasm/lower/batch-norm-fused.ts` has the lowerings). The normalised tensor is then never stored.
 */
import { sameShape } from '../../../core/shape.js';
import type { Value } from '../../../graph/graph.js';
import { operands } from '../../../graph/op.js';
import { isTwoByTwo } from '../lower/max-pool-windows.js';
import type { NamedNode } from '../plan-node.js';
import type { Rewriter } from './rewriter.js';

export function fuseBatchNorm(graph: Rewriter): void {
  for (const norm of graph.named('batchNorm')) {
    if (!isImages(operands(norm.inputs)[0])) continue;
    if (fuseMaxPool(graph, norm) || fuseRelu(graph, norm) || fuseClamp(graph, norm)) continue;
    fuseResidual(graph, norm);
  }
  for (const norm of graph.named('batchNormEval')) {
    if (isImages(operands(norm.inputs)[0])) fuseEvaluation(graph, norm);
  }
}

function isImages({ shape, dtype }: Value): boolean {
  return shape.length === 4 && dtype === 'float32';
}

/** A relu that is the only reader of `value`. */
function reluOf(graph: Rewriter, value: Value): NamedNode | undefined {
  const reader = graph.soleReader(value);
  return reader?.name === 'relu' ? reader : undefined;
}

/** The gradient of a relu. */
function reluGradient(graph: Rewriter, relu: NamedNode): NamedNode | undefined {
  const [y] = operands(relu.outputs);
  return graph.readersOf(y).find(({ name, inputs }) => name === 'reluBackward' && inputs[0] === y);
}

/** The gradient of a batch normalisation for the gradient `dy` of its result. */
function normGradient(graph: Rewriter, norm: NamedNode, dy: Value): NamedNode | undefined {
  const [x] = operands(norm.inputs);
  return graph
    .readersOf(dy)
    .find(
      ({ name, inputs }) => name === 'batchNormBackward' && inputs[0] === dy && inputs[1] === x,
    );
}

function fuseRelu(graph: Rewriter, norm: NamedNode<'batchNorm'>): boolean {
  const [normalized, mean, variance] = operands(norm.outputs);
  const relu = reluOf(graph, normalized);
  if (relu === undefined) return false;
  const { attrs, inputs } = norm;
  const [x, weight, bias] = operands(inputs);
  const [y] = operands(relu.outputs);
  const back = reluGradient(graph, relu);
  graph.fuse([norm, relu], { name: 'batchNormRelu', attrs, inputs, outputs: [y, mean, variance] });

  if (back === undefined) return true;
  const [masked] = operands(back.outputs);
  const normBack = normGradient(graph, norm, masked);
  if (normBack === undefined || !graph.isReadOnlyBy(masked, normBack)) return true;
  graph.fuse([back, normBack], {
    name: 'batchNormReluBackward',
    attrs,
    inputs: [operands(back.inputs)[1], x, weight, bias, mean, variance],
    outputs: normBack.outputs,
  });
  return true;
}

/** Forward and backward: the gradient of a clamp reads what the clamp is given, which is then not there. */
function fuseClamp(graph: Rewriter, norm: NamedNode<'batchNorm'>): boolean {
  const [normalized, mean, variance] = operands(norm.outputs);
  const readers = graph.readersOf(normalized);
  const clamp = readers.find((node) => node.name === 'clamp');
  if (clamp === undefined) return false;
  const { min, max } = clamp.attrs;
  // What fills the last block of channels is zero, and must stay so; a bound of NaN is left to the op.
  if (!((min ?? 0) <= 0 && (max ?? 0) >= 0)) return false;
  const back = readers.find(
    ({ name, inputs, attrs }) =>
      name === 'clampBackward' &&
      inputs[0] === normalized &&
      attrs.min === min &&
      attrs.max === max,
  );
  if (!graph.isReadOnlyBy(normalized, clamp, back)) return false;
  const normBack = back && normGradient(graph, norm, operands(back.outputs)[0]);
  const isAlone = back && graph.isReadOnlyBy(operands(back.outputs)[0], normBack);
  if (back !== undefined && (normBack === undefined || isAlone !== true)) return false;

  const { inputs } = norm;
  const attrs = { ...norm.attrs, min, max };
  graph.fuse([norm, clamp], {
    ...{ name: 'batchNormClamp', attrs, inputs },
    outputs: [operands(clamp.outputs)[0], mean, variance],
  });
  if (back === undefined || normBack === undefined) return true;
  graph.fuse([back, normBack], {
    ...{ name: 'batchNormClampBackward', attrs },
    inputs: [operands(back.inputs)[1], ...inputs, mean, variance],
    outputs: normBack.outputs,
  });
  return true;
}

/** relu(norm + residual); the masked gradient is also the residual's, so the fused node hands it out. */
function fuseResidual(graph: Rewriter, norm: NamedNode<'batchNorm'>): void {
  const [normalized, mean, variance] = operands(norm.outputs);
  const add = graph.soleReader(normalized);
  const residual = add?.inputs.find((value) => value !== normalized);
  if (add?.name !== 'add' || residual === undefined) return;
  if (residual.dtype !== 'float32' || !sameShape(residual.shape, normalized.shape)) return;
  const relu = reluOf(graph, operands(add.outputs)[0]);
  if (relu === undefined) return;

  const { attrs, inputs } = norm;
  const [x, weight] = operands(inputs);
  const [y] = operands(relu.outputs);
  const back = reluGradient(graph, relu);
  graph.fuse([norm, add, relu], {
    name: 'batchNormAddRelu',
    attrs,
    inputs: [...inputs, residual],
    outputs: [y, mean, variance],
  });

  const masked = back?.outputs[0];
  const normBack = masked && normGradient(graph, norm, masked);
  if (back === undefined || normBack === undefined) return;
  graph.fuse([back, normBack], {
    name: 'batchNormAddReluBackward',
    attrs,
    inputs: [operands(back.inputs)[1], x, weight, mean, variance, y],
    outputs: [...normBack.outputs, ...back.outputs],
  });
}

/** Only as a whole, forward and backward: the pooled tensor is all that is kept of the relu's. */
function fuseMaxPool(graph: Rewriter, norm: NamedNode<'batchNorm'>): boolean {
  const [normalized, mean, variance] = operands(norm.outputs);
  const relu = reluOf(graph, normalized);
  if (relu === undefined) return false;
  const [activated] = operands(relu.outputs);
  const pool = graph.readersOf(activated).find((node) => node.name === 'maxPool2d');
  if (pool === undefined) return false;
  const [y, indices] = operands(pool.outputs);
  if (!isTwoByTwo(activated, y, pool.attrs)) return false;

  const back = reluGradient(graph, relu);
  if (!graph.isReadOnlyBy(activated, pool, back)) return false;
  const poolBack = graph.soleReader(indices);
  const normBack = back && normGradient(graph, norm, operands(back.outputs)[0]);
  const isForwardOnly = back === undefined && graph.isReadOnlyBy(indices);
  const isWhole =
    back !== undefined &&
    normBack !== undefined &&
    poolBack?.name === 'maxPool2dBackward' &&
    graph.isReadOnlyBy(operands(back.outputs)[0], normBack) &&
    graph.soleReader(operands(poolBack.outputs)[0]) === back;
  if (!isForwardOnly && !isWhole) return false;

  const { attrs, inputs } = norm;
  const winners = graph.newValue(y.shape, 'float32');
  const index = graph.newValue(y.shape, 'uint8');
  graph.fuse([norm, relu, pool], {
    name: 'batchNormReluMaxPool',
    attrs,
    inputs,
    outputs: [y, mean, variance, winners, index],
  });
  if (isWhole)
    graph.fuse([poolBack, back, normBack], {
      name: 'batchNormReluMaxPoolBackward',
      attrs,
      inputs: [operands(poolBack.inputs)[0], ...inputs, mean, variance, winners, index],
      outputs: normBack.outputs,
    });
  return true;
}

function fuseEvaluation(graph: Rewriter, norm: NamedNode<'batchNormEval'>): void {
  const [normalized] = operands(norm.outputs);
  const reader = graph.soleReader(normalized);
  if (reader?.name === 'relu') {
    graph.fuse([norm, reader], { ...norm, name: 'batchNormEvalRelu', outputs: reader.outputs });
    return;
  }
  const residual = reader?.inputs.find((value) => value !== normalized);
  if (reader?.name !== 'add' || residual === undefined) return;
  const relu = reluOf(graph, operands(reader.outputs)[0]);
  if (relu === undefined || !sameShape(residual.shape, normalized.shape)) return;
  graph.fuse([norm, reader, relu], {
    ...norm,
    name: 'batchNormEvalAddRelu',
    inputs: [...norm.inputs, residual],
    outputs: relu.outputs,
  });
}
