import { registerEngine } from '../registry.js';
import { openWebGpuEngine } from './node-engine.js';
import type { WebGpuEngine } from './webgpu.js';

/** Neither threads nor Winograd change it, so there is one. */
let opened: WeakRef<WebGpuEngine> | undefined;

function open(): WebGpuEngine {
  const known = opened?.deref();
  if (known !== undefined) return known;
  const engine = openWebGpuEngine();
  opened = new WeakRef(engine);
  return engine;
}

// Never by itself: whether a GPU is there is only known when Dawn is loaded, and small networks train faster on a CPU.
registerEngine('webgpu', open, { replaceable: true, device: 'gpu' });
