/** Memory with NaN in it: what a plan reads without having written it shows. */
import { compile } from '../../src/compile/compile.js';
import type { Engine } from '../../src/engine/engine.js';
import { currentEngine, useEngine } from '../../src/engine/select.js';
import { conv2d } from '../../src/nn/functional.js';
import { full } from '../../src/tensor/creation.js';
import { noGrad } from '../../src/tensor/grad-mode.js';

/** Leaves NaN in the scratch memory that later plans of the engine use too, for as long as the returned plan is kept. */
export function soil(engine: Engine, images = 2): () => void {
  const before = currentEngine();
  try {
    useEngine(engine);
    const x = full([images, 16, 64, 64], Number.NaN);
    const w = full([16, 16, 3, 3], 1);
    const same = { padding: 1 };
    const plan = compile(() =>
      noGrad(() =>
        conv2d(
          conv2d(conv2d(conv2d(x, w, null, same), w, null, same), w, null, same),
          w,
          null,
          same,
        ),
      ),
    );
    plan();
    return () => plan.dispose();
  } finally {
    useEngine(before);
  }
}
