/** What can be said of GPUs before one is opened. */
import { hasDawn, installDawn } from './webgpu/device/package.js';

/** How to come by a GPU, in a line: opening one to see takes memory, and drivers that may be broken. */
export function gpuHint(): string {
  return hasDawn()
    ? 'wick doctor --device gpu opens it'
    : `none: the package webgpu is not installed; ${installDawn}`;
}
