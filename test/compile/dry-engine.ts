import { numel } from '../../src/core/shape.js';
import type { Engine } from '../../src/engine/engine.js';
import { HostBuffer } from '../../src/engine/host-buffer.js';

/** An engine that prepares plans as `engine` does, and runs none: results are zeros. */
export function dryEngine(engine: Engine): Engine {
  return {
    ...engine,
    prepare(graph) {
      const plan = engine.prepare(graph);
      const { program, bytes } = plan;
      const run = () =>
        graph.outputs.map(({ dtype, shape }) => HostBuffer.zeros(dtype, numel(shape)));
      return { program, bytes, run, dispose: () => plan.dispose() };
    },
    adopt: (buffer) => buffer,
  };
}
