/** The namespace `cuda`, for the first line of many programs. */

/** Whether there is a CUDA device to compute on: never, wick's engines use the CPU. */
export function isAvailable(): boolean {
  return false;
}
