import type { Engine } from '../../src/engine/engine.js';

/** An engine that prepares plans as `engine` does, and runs none. */
export function dryEngine(engine: Engine): Engine {
  return {
    ...engine,
    prepare(graph) {
      const plan = engine.prepare(graph);
      const { program, bytes } = plan;
      return { program, bytes, run() {}, dispose: () => plan.dispose() };
    },
    resident: (data) => data,
  };
}
