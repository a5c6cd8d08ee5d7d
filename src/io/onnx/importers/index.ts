/** How each op is read: the ops that classifiers are made of. */
import type { Importer, Importers } from '../node.js';
import { elementwise } from './elementwise.js';
import { layers } from './layers.js';
import { movement } from './movement.js';
import { reductions } from './reduction.js';
import { resizes } from './resize.js';
import { windows } from './windows.js';

/** Ops that only numbers are computed with (`numbers.ts`). */
const numbersOnly: Importer = ({ attributes, fail }) => {
  attributes.ignore('fmod');
  return () => {
    throw fail('computes with pixels, where only sizes and constants are allowed');
  };
};

export const importers: Importers = {
  ...elementwise,
  ...reductions,
  ...movement,
  ...layers,
  ...windows,
  ...resizes,
  Mod: numbersOnly,
  Range: numbersOnly,
};
