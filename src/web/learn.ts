/** Classes of a visitor's own, learned in a page from its pictures. */
import { ValueError } from '../core/errors.js';
import { quote } from '../core/outside-text.js';
import { learnFresh } from './learn-fresh.js';
import { learnHead } from './learn-head.js';
import { type LearnRequest, leastPictures } from './learn-protocol.js';
import type { Learning } from './learning.js';

/**
 * Learns the classes, and gives the new model's file. One of five pictures of each class is held out, and measured after each epoch.
 *
 * @throws ValueError for classes that cannot be learned, DataError for a picture that the browser cannot read
 */
export async function learn(request: LearnRequest, learning: Learning): Promise<Blob> {
  requireClasses(request);
  return await (request.network === 'fresh' ? learnFresh : learnHead)(request, learning);
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
