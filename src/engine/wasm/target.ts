/** What the compiler is told of these kernels: their numbers, the lowerings that emit them and the fusions that they know. */
import { foldBatchNorm } from '../compiler/passes/fold-batch-norm.js';
import { fuseBatchNorm } from '../compiler/passes/fuse-batch-norm.js';
import { fuseMaxPool } from '../compiler/passes/fuse-max-pool.js';
import { fuseRelu } from '../compiler/passes/fuse-relu.js';
import { withResidual } from '../compiler/passes/fuse-residual.js';
import { fuseSquareSum } from '../compiler/passes/fuse-square-sum.js';
import type { Provider } from '../compiler/provider.js';
import type { Pass, Target } from '../compiler/target.js';
import { kernelCall, kernelId } from './kernel-table.js';
import { takesBfloat16 } from './lower/bfloat16-inputs.js';
import { takesResidual } from './lower/conv2d.js';
import { lowerings } from './lower/table.js';

/** Sums that Winograd's last step ends with. */
const fuseResiduals: Pass = (graph, { winograd }) => {
  if (!winograd) return;
  for (const conv of graph.named('conv2d')) if (takesResidual(conv)) withResidual(graph, conv);
};

const passes: readonly Pass[] = [
  foldBatchNorm,
  fuseResiduals,
  fuseBatchNorm,
  fuseMaxPool,
  fuseRelu,
  fuseSquareSum,
];

/** The kernels, and before them what the provider brings. */
export function targetWith(provider: Provider | undefined): Target {
  return {
    passes: [...(provider?.passes ?? []), ...passes, ...(provider?.lastPasses ?? [])],
    lowerings: provider === undefined ? [lowerings] : [provider.lowerings, lowerings],
    replacements: provider?.replacements ?? {},
    arrange: provider?.arrange ?? ((phases) => phases),
    takesBfloat16,
    kernelId,
    kernelCall,
  };
}
