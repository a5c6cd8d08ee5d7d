/** What a run looks like: charts and tables. */
import '../ops/index.js'; // Tensor's methods and the engines, for whoever imports this room alone

export type { CurvePoint, CurveScores } from './charts/curves.js';
export { type ComparedCurve, compareSvg } from './compare-svg.js';
export { curvesSvg } from './curves-svg.js';
export { formatSummary } from './format-summary.js';
export { currentLanguage, useLanguage } from './language/choice.js';
export type { Language } from './language/words.js';
export { type LayerRow, listLayers, type ModelSummary, summarize } from './model-summary.js';
export { type SummaryOptions, summary } from './summary.js';
