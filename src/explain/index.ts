/** Why a network answers as it does: attributions, feature maps. */
import '../ops/index.js'; // Tensor's methods and the engines, for whoever imports this room alone

export type { OptionReader } from '../core/options.js';
export type { Attribution, Completeness, Unfinished } from './attribution.js';
export { type AttributeOptions, AttributionMethod } from './attribution-method.js';
export { CamMethod, type CamOptions } from './cam.js';
export { type Colormap, colorBar, colormapNames } from './colormap.js';
export { EigenCAM } from './eigen-cam.js';
export {
  type EmbeddingsOptions,
  embeddings,
  type PcaOptions,
  type Projection,
  pca,
} from './embeddings.js';
export {
  type FeatureMaps,
  type FeatureMapsOptions,
  type Filters,
  featureMaps,
  firstLayerFilters,
} from './feature-maps.js';
export { GradCAM, GradCAMPlusPlus, HiResCAM, LayerCAM } from './grad-cam.js';
export { IntegratedGradients, type IntegratedGradientsOptions } from './integrated-gradients.js';
export type { ReshapeTransform } from './layer-maps.js';
export { type MapLayer, mapLayers } from './layers.js';
export { createMethod, type MethodOptions, methodNames } from './methods.js';
export { Occlusion, type OcclusionOptions } from './occlusion.js';
export { normalize, type OverlayOptions, overlay } from './overlay.js';
export {
  featureGrid,
  filterGrid,
  type GridOptions,
  type TileOptions,
  type ToPictureOptions,
  tile,
  toPicture,
} from './pictures.js';
export { Saliency } from './saliency.js';
export {
  type SanityCheckOptions,
  type SanityReport,
  type SanityStage,
  sanityCheck,
  sanityCheckAsync,
} from './sanity-check.js';
export { ScoreCAM, type ScoreCamOptions } from './score-cam.js';
export { SmoothGrad, type SmoothGradOptions } from './smooth-grad.js';
export type { ChooseTargets, Target } from './targets.js';
export { type UmapOptions, umap } from './umap.js';
