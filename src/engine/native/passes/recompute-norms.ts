/**
 * What a normalisation makes, and only convolutions read that go image by image, is not kept for the gradient of their weights: it is
 * normalised once more there. Both times it then lives in one phase, in a cache and not in memory (`narrow-to-images.ts`).
 */
import { numel } from '../../../core/shape.js';
import type { Value } from '../../../graph/graph.js';
import { operands } from '../../../graph/op.js';
import type { LowerOptions } from '../../compiler/lower-options.js';
import type { Rewriter } from '../../compiler/passes/rewriter.js';
import type { NamedNode } from '../../compiler/plan-node.js';

type Norm = NamedNode<'batchNormClamp' | 'batchNormRelu'>;
type WeightGradient = NamedNode<'conv2dBackwardWeight'>;

/** Elements of a tensor that does not stay in a core's own cache. */
const worthRecomputing = 1 << 18;

/** Above, a call of a weight's gradient is of one image (`lower/conv-direct-gradient.ts`). */
const fewPixels = 112;

export function recomputeNorms(graph: Rewriter, options: LowerOptions): void {
  const norms: readonly Norm[] = [
    ...graph.named('batchNormClamp'),
    ...graph.named('batchNormRelu'),
  ];
  for (const norm of norms) {
    const [y] = operands(norm.outputs);
    const readers = graph.readersOf(y);
    const [gradient, ...others] = readers.filter(isWeightGradient);
    if (gradient === undefined || others.length > 0 || !graph.isReadOnlyBy(y, ...readers)) continue;
    if (readers.every((reader) => goesByImages(reader, y, options)))
      recompute(graph, norm, gradient);
  }
}

const isWeightGradient = (node: NamedNode): node is WeightGradient =>
  node.name === 'conv2dBackwardWeight';

/** Whether a node reads `y` image by image: as a direct convolution in which each thread has whole images. */
function goesByImages(node: NamedNode, y: Value, { threads, precision }: LowerOptions): boolean {
  if (node.name !== 'conv2d' && node.name !== 'conv2dBackwardWeight') return false;
  if (node.inputs[0] !== y || node.inputs.lastIndexOf(y) > 0) return false;
  const [images = 0, channels = 0, height = 0, width = 0] = y.shape;
  const [, , ...kernel] =
    node.name === 'conv2d' ? (node.inputs[1]?.shape ?? []) : operands(node.outputs)[0].shape;
  const isDepthwise = node.attrs.groups > 1 && node.attrs.groups === channels;
  // Pairs of pixels, by which others' gradients are summed in bfloat16, are not made image by image.
  const isDirect =
    isDepthwise || (precision === 'float32' && node.attrs.groups === 1 && numel(kernel) === 1);
  const isLarge = numel(y.shape) >= worthRecomputing && height * width > fewPixels;
  return isDirect && isLarge && images % threads === 0;
}

function recompute(graph: Rewriter, norm: Norm, gradient: WeightGradient): void {
  const [y, mean, variance] = operands(norm.outputs);
  const again = graph.newValue(y.shape, y.dtype);
  const shared = { inputs: [...norm.inputs, mean, variance], outputs: [again] };
  const evaluation: NamedNode =
    norm.name === 'batchNormClamp'
      ? { name: 'batchNormEvalClamp', attrs: norm.attrs, ...shared }
      : { name: 'batchNormEvalRelu', attrs: norm.attrs, ...shared };
  const inputs = [again, ...gradient.inputs.slice(1)];
  graph.replace([gradient], [evaluation, { ...gradient, inputs }]);
}
