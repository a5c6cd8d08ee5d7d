import { internalError } from '../../core/errors.js';
import type { Dataset } from '../../data/dataset.js';
import { Subset } from '../../data/subset.js';
import type { Task } from '../../recipes/recipe.js';
import { limited } from '../../recipes/task.js';
import { withTransform } from '../../recipes/validation.js';
import type { PictureDataset } from '../../vision/inspect/picture-dataset.js';

/** A part of the data, such as `train`. */
export interface AuditedPart {
  readonly name: string;
  readonly dataset: PictureDataset;
  /** Its pictures, at most as many as are wanted, as inputs. */
  readonly inputs: Dataset;
}

/** All parts of a task's data. */
export function auditedParts(
  { pictures, evalTransform }: Task,
  limit: number | undefined,
  seed: number,
): AuditedPart[] {
  return pictures.map(({ name, dataset }) => ({
    name,
    dataset,
    inputs: limited(withTransform(dataset, evalTransform), limit, seed),
  }));
}

/** Where picture `index` of all parts is. */
export function placeOf(parts: readonly AuditedPart[], index: number) {
  let place = index;
  for (const { name: split, dataset, inputs } of parts) {
    if (place < inputs.length) {
      const at = inputs instanceof Subset ? (inputs.indices[place] ?? 0) : place;
      const name = dataset.pathOf?.(at) ?? `${split} ${at}`;
      return { split, name, picture: async () => await dataset.image(at) };
    }
    place -= inputs.length;
  }
  throw internalError(`sample ${index} is in no part of the data`);
}
