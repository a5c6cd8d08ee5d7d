/** Engine `webgpu` in Node: a thread owns the GPU, so that results can be waited for. */
import { EngineError } from '../../core/errors.js';
import { nodeHost } from '../pool/node-host.js';
import type { AdapterKind } from './device/adapter.js';
import { useSoftwareAdapter } from './device/software-adapter.js';
import { openThreadLine } from './device/thread-line.js';
import { type WebGpuEngine, type WebGpuOptions, webGpuEngine } from './webgpu.js';

/**
 * Opens the GPU, or the adapter that WICK_WEBGPU_ADAPTER names.
 *
 * @throws EngineError where the package or a GPU is missing
 */
export function openWebGpuEngine({ adapter, ...settings }: WebGpuOptions = {}): WebGpuEngine {
  const kind = adapter ?? adapterNamed(process.env.WICK_WEBGPU_ADAPTER);
  if (kind === 'software') useSoftwareAdapter();
  const { line, facts } = openThreadLine(kind);
  const { collectGarbage = () => {} } = nodeHost;
  return webGpuEngine(line, facts, { collectGarbage, ...settings });
}

function adapterNamed(name: string | undefined): AdapterKind {
  if (name === undefined || name === '' || name === 'gpu') return 'gpu';
  if (name === 'software') return name;
  throw new EngineError(
    'WICK_WEBGPU_ADAPTER',
    `'${name}' is no kind of adapter; choose gpu or software`,
  );
}
