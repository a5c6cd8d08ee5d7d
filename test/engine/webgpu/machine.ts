/** Whether this machine can run WebGPU by software, for tests that need it. */
import { EngineError } from '../../../src/core/errors.js';
import { hasDawn } from '../../../src/engine/webgpu/device/package.js';
import { openWebGpuEngine } from '../../../src/engine/webgpu/node-engine.js';
import type { WebGpuEngine } from '../../../src/engine/webgpu/webgpu.js';

/** The engine, or why there is none. */
export const software: WebGpuEngine | string = open();

/** For the option `skip` of tests that need a software adapter. */
export const withoutAdapter = typeof software === 'string' ? software : false;

/** The same for tests of precision `float16`: SwiftShader has no half floats, Mesa's lavapipe of version 25 has. */
export const withoutFloat16 =
  typeof software === 'string'
    ? software
    : !software.adapter.float16 && `${software.adapter.description} has no shader-f16`;

function open(): WebGpuEngine | string {
  if (!hasDawn())
    return 'the package webgpu is not installed: npm run verify:webgpu says how to have it';
  try {
    return openWebGpuEngine({ adapter: 'software' });
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return error.message;
  }
}
