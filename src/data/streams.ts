/**
 * The random streams of loading (`Rng`'s second argument), so that no two uses of one seed share their numbers.
 * Samples take a range: the r-th repeat of a sample within an epoch has stream `sampleStream + r`.
 */
import { Rng } from '../core/rng.js';

const orderStream = 0x4c00_0000;
const splitStream = 0x4c00_0001;
const batchStream = 0x4c00_0002;
const workerStream = 0x4c00_0003;
const sampleStream = 0x4d00_0000;

/** The generator of an epoch's order. */
export function orderRng(seed: number, epoch: number): Rng {
  return new Rng(seed, orderStream, epoch);
}

/** The generator of a split into parts. */
export function splitRng(seed: number): Rng {
  return new Rng(seed, splitStream);
}

/** The generator of sample `index` in `epoch`, when it is drawn for the (repeat + 1)-th time. */
export function sampleRng(seed: number, epoch: number, index: number, repeat = 0): Rng {
  return new Rng(seed, sampleStream + repeat, epoch * 2 ** 32 + index);
}

/** The generator of batch number `batch` in `epoch`, for what mixes the samples of a batch. */
export function batchRng(seed: number, epoch: number, batch: number): Rng {
  return new Rng(seed, batchStream, epoch * 2 ** 32 + batch);
}

/** The seed of a worker thread's default generator, for data sets that draw from it. */
export function workerSeed(seed: number, workerId: number): number {
  return new Rng(seed, workerStream, workerId).bits();
}
