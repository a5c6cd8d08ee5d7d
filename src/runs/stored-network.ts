/** Networks as stored cards describe them; what is wrong with one is told with the file and the field that say so. */
import { withinBudget } from '../core/budget.js';
import { WickError } from '../core/errors.js';
import type { Module } from '../nn/module.js';
import type { RecipeFile } from '../recipes/file/load-recipe.js';
import { networkOfCard } from './model-card.js';
import type { StoredCard } from './model-source.js';
import { requireFits } from './weighted-network.js';

/** Where there are no weights to go by, no network may be larger. */
const maxBytes = 2 ** 32;

/** The network of a card, its values left open; `within` bounds the memory that making it takes. `file` is what `recipeOfCard` gave. */
export function networkOfStored(
  { card, wrongField }: StoredCard,
  file: RecipeFile | null,
  within = (make: () => Module) => withinBudget(maxBytes, make),
): Module {
  if (card.code?.gives.includes('model')) return within(() => networkOfCard(card, file)); // errors name the recipe file
  return asField('architecture', wrongField, () =>
    within(() => requireFits(networkOfCard(card, file), card)),
  );
}

/** What `make` gives; what is wrong is told with the name of the card's field. */
export function asField<T>(field: string, wrongField: StoredCard['wrongField'], make: () => T): T {
  try {
    return make();
  } catch (cause) {
    if (!(cause instanceof WickError)) throw cause;
    throw wrongField(field, cause);
  }
}
