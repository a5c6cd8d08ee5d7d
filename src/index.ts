/** wick's public names in Node: those of `portable.ts`, and the rooms that need files and threads. */
export * as data from './data/index.js';
export * as explain from './explain/index.js';
export * as export from './export/index.js';
export * as io from './io/index.js';
export { type LoadFileOptions, load, save } from './io/save.js';
export * from './portable.js';
export {
  type DataRequest,
  defineRecipe,
  type NetworkRequest,
  type RecipeData,
  type RecipeDefinition,
  type RecipeTransforms,
} from './recipes/file/define-recipe.js';
export * as report from './report/index.js';
export { Classifier } from './runs/classifier.js';
export * as runs from './runs/index.js';
export type { Prediction, PredictOptions } from './runs/predict-options.js';
export * as train from './train/index.js';
export * as vision from './vision/index.js';
