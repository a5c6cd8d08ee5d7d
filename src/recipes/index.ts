/** The table of recipes. */
import { ValueError } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import { digits, fashionMnist, mnist } from './mnist.js';
import type { Recipe } from './recipe.js';

export const recipes: readonly Recipe[] = [digits, mnist, fashionMnist];

/** The recipe of that name. @throws ValueError that says which was probably meant */
export function recipe(name: string): Recipe {
  const found = recipes.find((r) => r.name === name);
  if (found !== undefined) return found;
  const names = recipes.map((r) => r.name);
  const meant = nearest(name, names);
  throw new ValueError(
    name,
    `is no data set that wick knows; known are ${names.join(', ')}${meant === undefined ? '' : `; did you mean ${meant}?`}`,
  );
}
