import { extname } from 'node:path';
import { DataError, ValueError } from '../core/errors.js';
import { optionReader, requireOneOf } from '../core/options.js';
import { quote } from '../core/outside-text.js';
import { exportOnnx, type OnnxExport } from '../export/export-onnx.js';
import type { OnnxRuntime } from '../export/onnxruntime.js';
import { saveTorch } from '../io/save-torch.js';
import type { Tensor } from '../tensor/tensor.js';
import { onnxName } from '../vision/models/registry.js';
import { writeWebFolder } from './export-web.js';
import { type ModelSource, saveModelFile } from './model-file.js';
import { openModel } from './model-source.js';
import { portableCard } from './portable-card.js';
import type { Checkpoint } from './run-folder.js';
import { openTestSet, spreadInputs } from './test-set.js';
import { TrainedModel } from './trained-model.js';

/** `web` is a folder, the others are files. */
export type ExportFormat = 'torch' | 'safetensors' | 'onnx' | 'wick' | 'web';

/** The ending of a file of each format. */
const endings: Readonly<Record<Exclude<ExportFormat, 'web'>, string>> = {
  torch: '.pth',
  safetensors: '.safetensors',
  onnx: '.onnx',
  wick: '.wick',
};

export const exportFormats = [...Object.keys(endings), 'web'] as readonly ExportFormat[];

export interface ExportRunOptions {
  /** What kind of file. @default what the ending of `path` says */
  readonly format?: ExportFormat | undefined;
  /** Where the file goes, or the folder. @default `model` and the format's ending, or `web`, in the run's folder; for a model file in one beside it by its name */
  readonly path?: string | undefined;
  /** Where the pictures are on which an ONNX file is checked. @default where the run had them */
  readonly data?: string | undefined;
  /** The run's recipe file, where it is not where it was, or has not been run on this machine. */
  readonly recipe?: string | undefined;
  /** The terms under which a model file may be used. @default those that the model has */
  readonly license?: string | undefined;
  /** Add a page to a `web` folder on which visitors teach the network classes of their own. @default false */
  readonly train?: boolean | undefined;
  /** What runs an ONNX file to check it. @default onnxruntime-node, where it is installed */
  readonly runtime?: OnnxRuntime | undefined;
}

export interface ExportedRun {
  readonly format: ExportFormat;
  readonly path: string;
  /** Which weights of the run they are. */
  readonly checkpoint: Checkpoint;
  /** Of an ONNX file alone. */
  readonly onnx?: Pick<OnnxExport, 'sizeBytes' | 'opset' | 'check'> & {
    /** Why random inputs stood for images of the test set; null where they did not. */
    readonly withoutTestSet: string | null;
  };
}

const readOptions = optionReader<ExportRunOptions>('exportRun', {
  format: true,
  path: true,
  data: true,
  recipe: true,
  license: true,
  train: true,
  runtime: true,
});

/** Images that an ONNX file is checked on. */
const checkedImages = 64;

/**
 * Writes the best weights of a run, or of a model file, for others: `wick`, all that `predict` and `Classifier` need in one file,
 * and `safetensors`, the same by the name that other programs know; `torch`, a state dict that `torch.load` reads; `onnx`, the network itself with classes and transform as metadata, checked on the
 * run's test images where onnxruntime-node is installed; `web`, a folder of static files with the model, what runs it in a Worker, and a page.
 *
 * @throws DataError for what is no run, CheckpointError for damaged weights, ValueError for a network without an ONNX form
 * @example await runs.exportRun('runs/photos-1', { format: 'onnx', path: 'photos.onnx' });
 */
export async function exportRun(
  model: ModelSource | string,
  ...given: [options: ExportRunOptions]
): Promise<ExportedRun> {
  const options = readOptions(given);
  const format = options.format ?? formatOf(options.path);
  requireOneOf('exportRun', 'format', format, exportFormats);
  const { license, train = false } = options;
  if (train && format !== 'web')
    throw new ValueError(
      'exportRun',
      `format ${format} is given with { train: true }, which is for web; leave it out`,
    );
  const trained = await TrainedModel.load(await openModel(model), { recipe: options.recipe });
  const path =
    options.path ?? trained.source.file(format === 'web' ? 'web' : `model${endings[format]}`);
  const { model: network, card, checkpoint } = trained;
  const { classes, inputShape, architecture } = card;
  const done = { format, path, checkpoint };
  if (format === 'onnx') {
    const { images, withoutTestSet } = await testImages(trained, options);
    const { runtime } = options;
    const metadata =
      architecture.name === onnxName ? {} : { architecture: JSON.stringify(architecture) };
    const named = { classes, transform: trained.transform, metadata };
    const { sizeBytes, opset, check } = await exportOnnx(network, {
      path,
      inputShape,
      images,
      runtime,
      ...named,
    });
    return { ...done, onnx: { sizeBytes, opset, check, withoutTestSet } };
  }
  if (format === 'web') await writeWebFolder(path, trained, { license, learn: train });
  else if (format === 'torch') await saveTorch(path, network.stateDict());
  else await saveModelFile(path, await portableCard(trained, license), network.stateDict());
  return done;
}

/** Pictures that are not there, or damaged, are no reason against the file. */
async function testImages(
  trained: TrainedModel,
  { data, recipe }: ExportRunOptions,
): Promise<{ images?: Tensor; withoutTestSet: string | null }> {
  try {
    const { test } = await openTestSet(trained, data, recipe);
    const images = await spreadInputs(test, checkedImages, trained.card.inputShape);
    return { images, withoutTestSet: null };
  } catch (error) {
    if (!(error instanceof DataError) || data !== undefined) throw error;
    return { withoutTestSet: error.message };
  }
}

function formatOf(path: string | undefined): ExportFormat {
  const advice = `pass { format: 'onnx' } (or ${exportFormats.filter((f) => f !== 'onnx').join(', ')})`;
  if (path === undefined) throw new ValueError('exportRun', `no format is given; ${advice}`);
  const ending = extname(path).toLowerCase();
  const found = exportFormats.find((format) => format !== 'web' && endings[format] === ending);
  if (found !== undefined) return found;
  if (ending === '.pt') return 'torch';
  throw new ValueError('exportRun', `${quote(path)} has an ending that says no format; ${advice}`);
}
