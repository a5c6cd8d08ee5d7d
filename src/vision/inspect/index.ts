/** Looking at data before training on it. */
export { type ChannelStats, type ChannelStatsOptions, channelStats } from './channel-stats.js';
export {
  type Count,
  type DataReport,
  type Duplicates,
  type Finding,
  type InspectedSplit,
  type InspectOptions,
  inspect,
  type SplitReport,
  type Spread,
} from './inspect.js';
export type { PictureDataset } from './picture-dataset.js';
export {
  type Preview,
  type PreviewOptions,
  type PreviewTransformsOptions,
  previewSamples,
  previewTransforms,
  type SamplesPreview,
} from './preview.js';
