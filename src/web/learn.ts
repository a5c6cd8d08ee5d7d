/** Classes of a visitor's own, learned in a page from its pictures. */
import { EngineError, ValueError } from '../core/errors.js';
import { quote } from '../core/outside-text.js';
import { manualSeed } from '../tensor/generator.js';
import { useFastEngine, useGpuEngine } from './engine.js';
import { learnFresh } from './learn-fresh.js';
import { learnHead } from './learn-head.js';
import { type LearnRequest, leastPictures } from './learn-protocol.js';
import type { Learning } from './learning.js';

/**
 * Learns the classes, and gives the new model's file. One of five pictures of each class is held out, and measured after each epoch.
 * Where the GPU that is asked for is not there, or fails on the way, the processor begins anew.
 *
 * @throws ValueError for classes that cannot be learned, DataError for a picture that the browser cannot read
 */
export async function learn(request: LearnRequest, learning: Learning): Promise<Blob> {
  requireClasses(request);
  const run = request.network === 'fresh' ? learnFresh : learnHead;
  const computed = async () => {
    manualSeed(0); // the same pictures make the same model
    return await run(request, learning);
  };
  let problem: string | null = null;
  if (request.gpu !== null)
    try {
      return await onGpu(request.gpu, learning, computed);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      problem = error.detail.split('; ')[0] ?? error.detail; // What a program could do is nothing for visitors.
    }
  await useFastEngine();
  learning.onComputes({ on: 'cpu', problem });
  return await computed();
}

/** @throws EngineError where the GPU is not there, or fails */
async function onGpu(
  kind: NonNullable<LearnRequest['gpu']>,
  { onComputes }: Learning,
  computed: () => Promise<Blob>,
): Promise<Blob> {
  const engine = await useGpuEngine({ adapter: kind });
  onComputes({ on: 'gpu', name: engine.adapter.description });
  try {
    return await computed();
  } finally {
    engine.stop();
  }
}

function requireClasses({ classes, labels }: LearnRequest): void {
  if (classes.length < 2 || new Set(classes).size < classes.length || classes.includes(''))
    throw new ValueError('learn', 'two or more classes with different names are required');
  for (const [k, name] of classes.entries()) {
    const count = labels.filter((label) => label === k).length;
    if (count < leastPictures)
      throw new ValueError(
        'learn',
        `class ${quote(name)} has ${count} pictures, at least ${leastPictures} are required`,
      );
  }
}
