import { type EngineSettings, registerEngine } from '../registry.js';
import { openWebGpuEngine } from './node-engine.js';
import type { WebGpuEngine } from './webgpu.js';

/** Threads do not change it, so there is one with and one without Winograd. */
const opened = new Map<boolean, WeakRef<WebGpuEngine>>();

function open({ winograd }: EngineSettings): WebGpuEngine {
  const known = opened.get(winograd)?.deref();
  if (known !== undefined && known.ended !== true) return known;
  const engine = openWebGpuEngine({ winograd });
  opened.set(winograd, new WeakRef(engine));
  return engine;
}

// Never by itself: whether a GPU is there is only known when Dawn is loaded, and small networks train faster on a CPU.
registerEngine('webgpu', open, { replaceable: true, device: 'gpu' });
