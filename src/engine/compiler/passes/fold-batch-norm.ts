/** A batch normalisation of given statistics (`eval()`) becomes part of the convolution before it. */
import { operands } from '../../../graph/op.js';
import type { Rewriter } from './rewriter.js';

export function foldBatchNorm(graph: Rewriter): void {
  for (const conv of graph.named('conv2d')) {
    const [y] = operands(conv.outputs);
    const norm = graph.soleReader(y);
    if (norm?.name !== 'batchNormEval' || norm.inputs[0] !== y || y.dtype !== 'float32') continue;
    const [x, w, ...bias] = conv.inputs;
    if (x === undefined || w === undefined) continue;
    const weight = graph.newValue(w.shape, w.dtype);
    const shift = graph.newValue(w.shape.slice(0, 1), w.dtype);
    graph.replace(
      [conv, norm],
      [
        {
          name: 'foldBatchNorm',
          attrs: norm.attrs,
          inputs: [w, ...norm.inputs.slice(1), ...bias],
          outputs: [weight, shift],
        },
        { ...conv, inputs: [x, weight, shift], outputs: norm.outputs },
      ],
    );
  }
}
