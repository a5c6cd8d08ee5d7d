import { leastPictures } from '../../web/learn-protocol.js';
import type { Saying } from '../language/say.js';
import type { ClassBox } from './class-box.js';

/** Why the classes cannot be learned as they are; null where they can. */
export function whatIsMissing(
  boxes: readonly Pick<ClassBox, 'name' | 'pictures'>[],
): Saying | null {
  const names = boxes.map(({ name }) => name);
  if (names.length < 2 || new Set(names).size < names.length || names.includes(''))
    return (words) => words.differentNames;
  const few = boxes.find(({ pictures }) => pictures.length < leastPictures);
  if (few === undefined) return null;
  const { name, pictures } = few;
  const count = pictures.length;
  return (words) => words.tooFew(name, count, leastPictures);
}
