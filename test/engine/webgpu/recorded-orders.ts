/** Engine `webgpu` without a GPU: the plans that would go to one are kept, and every element is 0. */
import type { AdapterFacts } from '../../../src/engine/webgpu/device/adapter.js';
import type { Line } from '../../../src/engine/webgpu/device/line.js';
import type { PlanOrder } from '../../../src/engine/webgpu/device/orders.js';
import { type WebGpuOptions, webGpuEngine } from '../../../src/engine/webgpu/webgpu.js';

/** What every GPU has by WebGPU's default limits. */
const facts: AdapterFacts = {
  ...{ vendor: '', architecture: '', description: 'none', software: false, float16: true },
  ...{ maxBufferSize: 1 << 27, maxStorageBuffers: 8 },
};

export function recordingEngine(options: Pick<WebGpuOptions, 'tiles' | 'winograd'>) {
  const orders: PlanOrder[] = [];
  const line: Line = {
    mayWait: true,
    send: (name, ...args) => {
      if (name === 'prepare') orders.push((args as [number, PlanOrder])[1]); // As Orders has it.
    },
    ask: (bytes, _name, ..._args) => new ArrayBuffer(bytes),
    askAsync: async (bytes, _name, ..._args) => new ArrayBuffer(bytes),
    stop() {},
  };
  return { engine: webGpuEngine(line, facts, options), orders };
}
