/**
 * The case table of all ops. Each case is asked five questions by `cases.test.ts`: does the forward value match PyTorch,
 * do the gradients match PyTorch, do they match numeric gradients in float64, does a compiled step give the same bits,
 * and does every engine agree with `reference`.
 *
 * To add a case, append to a family file in `cases/` (a new file is a new row in `families` below):
 *
 *   {
 *     name: 'maxPool2d stride 2',                     // unique
 *     ops: ['maxPool2d', 'maxPool2dBackward'],        // what it is for; checked to have run
 *     inputs: [input([2, 3, 5, 5])],                  // random in [-2, 2); see InputSpec for more
 *     run: (x) => F.maxPool2d(x, 2),                  // a tensor, or a list of tensors
 *     torch: 'F.max_pool2d(a, 2)',                    // inputs are a, b, c, …
 *   }
 *
 * Keep inputs under some 60 elements where the case allows it (gradcheck perturbs each one; above 64 it takes random
 * directions). Then make the goldens again, after a build to FOLDER:
 *
 *   /usr/bin/python3 scripts/goldens/ops.py FOLDER [family …]
 */
import { elementwiseCases } from './cases/elementwise.js';
import { indexingCases } from './cases/indexing.js';
import { convCases } from './cases/nn-conv.js';
import { dropoutCases } from './cases/nn-dropout.js';
import { lossCases } from './cases/nn-loss.js';
import { normCases } from './cases/nn-norm.js';
import { optimizerCases } from './cases/nn-optimizer.js';
import { poolCases } from './cases/nn-pool.js';
import { productCases } from './cases/nn-products.js';
import { randomCases } from './cases/random.js';
import { reductionCases } from './cases/reduction.js';
import { shapeCases } from './cases/shape.js';
import { zooCases } from './cases/zoo.js';
import type { OpCase } from './op-case.js';

export const families: Readonly<Record<string, readonly OpCase[]>> = {
  elementwise: elementwiseCases,
  indexing: indexingCases,
  random: randomCases,
  reduction: reductionCases,
  shape: shapeCases,
  'nn-conv': convCases,
  'nn-dropout': dropoutCases,
  'nn-loss': lossCases,
  'nn-norm': normCases,
  'nn-optimizer': optimizerCases,
  'nn-pool': poolCases,
  'nn-products': productCases,
  zoo: zooCases,
};
