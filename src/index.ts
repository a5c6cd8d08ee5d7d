/** wick's public names in Node: those of `portable.ts`, and the rooms that need files and threads. */
export * as data from './data/index.js';
export * as io from './io/index.js';
export { type LoadFileOptions, load, save } from './io/save.js';
export * from './portable.js';
export { Classifier, type PredictOptions } from './recipes/classifier.js';
export type { Prediction } from './recipes/trained-model.js';
export * as report from './report/index.js';
export * as train from './train/index.js';
export * as vision from './vision/index.js';
