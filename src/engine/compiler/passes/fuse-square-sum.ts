/** A sum of squares that nobody else reads, as gradient clipping has one for each parameter: the squares are never stored. */
import { operands } from '../../../graph/op.js';
import type { Rewriter } from './rewriter.js';

export function fuseSquareSum(graph: Rewriter): void {
  for (const sum of graph.named('sum')) {
    const [squares] = operands(sum.inputs);
    const square = graph.producerOf(squares);
    if (square?.name !== 'square' || squares.dtype !== 'float32') continue;
    if (graph.soleReader(squares) !== sum) continue;
    graph.fuse([square, sum], { ...sum, name: 'sumOfSquares', inputs: square.inputs });
  }
}
