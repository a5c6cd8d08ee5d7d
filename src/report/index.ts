/** What a run looks like: charts and tables. */
export { type CurvePoint, curvesSvg } from './curves.js';
export { formatSummary, type LayerRow, type ModelSummary, summarize } from './model-summary.js';
