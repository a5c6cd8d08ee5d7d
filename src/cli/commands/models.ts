import type { Command } from 'commander';
import { ValueError } from '../../core/errors.js';
import { quote } from '../../core/outside-text.js';
import { skipInit } from '../../nn/init.js';
import { summarize } from '../../report/model-summary.js';
import { percent } from '../../train/epoch-line.js';
import { showDownload } from '../../vision/datasets/download/show-download.js';
import {
  createModel,
  modelNames,
  requireArchitecture,
  usualInputs,
} from '../../vision/models/registry.js';
import { findWeights, lookForWeights } from '../../vision/models/weights/find-weights.js';
import { publishedWeights, type Weights } from '../../vision/models/weights/weights.js';
import { jsonOption } from '../options.js';
import { formatTable, printJson, printLine, wrapped } from '../output.js';

interface ModelsOptions {
  readonly download?: true;
  readonly json?: true;
}

/** Published weights, and where they are on this machine. */
interface WeightsFacts {
  readonly name: string;
  readonly url: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly license: string;
  readonly top1: number;
  readonly top5: number;
  readonly imageSize: number;
  /** Null where they would be fetched. */
  readonly path: string | null;
}

interface ModelFacts {
  readonly name: string;
  readonly parameters: number;
  /** Of one picture of `inputShape`. */
  readonly multiplyAdds: number;
  readonly inputShape: readonly number[];
  /** Oldest first; the last are the default. */
  readonly weights: readonly WeightsFacts[];
}

export function addModels(command: Command): void {
  command
    .argument('[name]', 'one network, with all its weights')
    .option('--download', 'fetch its default weights, where they are not here yet')
    .addOption(jsonOption())
    .action(async (name: string | undefined, options: ModelsOptions) => {
      if (name !== undefined) requireArchitecture(name, 'models');
      if (options.download === true) await fetchWeights(name, options.json === true);
      const facts = await Promise.all((name === undefined ? modelNames : [name]).map(factsOf));
      if (options.json === true) for (const model of facts) printJson(model);
      else print(facts, name === undefined);
    });
}

async function fetchWeights(name: string | undefined, json: boolean): Promise<void> {
  const weights = publishedWeights(name ?? '').at(-1);
  if (weights === undefined)
    throw new ValueError(
      '--download',
      name === undefined
        ? 'say which: wick models resnet18 --download'
        : `no weights of ${quote(name)} are published`,
    );
  await findWeights(
    weights,
    json ? { onProgress: () => {} } : { onProgress: showDownload(process.stderr) },
  );
}

async function factsOf(name: string): Promise<ModelFacts> {
  const published = publishedWeights(name);
  const side = published.at(-1)?.imageSize ?? 224;
  const inputShape = usualInputs[name] ?? [3, side, side];
  const model = skipInit(() => createModel({ name, options: {} })); // their values do not show
  const { totalParameters, totalMultiplyAdds } = summarize(model, [1, ...inputShape]);
  return {
    name,
    parameters: totalParameters,
    multiplyAdds: totalMultiplyAdds,
    inputShape,
    weights: await Promise.all(published.map(weightsFacts)),
  };
}

async function weightsFacts(weights: Weights): Promise<WeightsFacts> {
  const { name, url, sha256, sizeBytes, license, accuracy, imageSize } = weights;
  const path = await lookForWeights(weights).then(
    (found) => found.path,
    () => null, // a damaged file is told when it is used
  );
  return { name, url, sha256, sizeBytes, license, ...accuracy, imageSize, path };
}

/** One row for each network with its default weights, or for each of a network's weights. */
function print(models: readonly ModelFacts[], isList: boolean): void {
  const rows = models.flatMap((model) => {
    const shown = isList ? model.weights.slice(-1) : model.weights;
    return shown.length === 0 ? [rowOf(model)] : shown.map((weights) => rowOf(model, weights));
  });
  const head = ['network', 'params', 'mult-adds', 'input', 'top-1', 'top-5', 'weights'];
  for (const line of formatTable([head, ...rows])) printLine(line);
  printLine();
  const note = isList
    ? 'Weights that are not here are fetched when they are first used, or now by wick models NAME --download; ' +
      'without a network, put their files into a folder and name it in WICK_MODELS. ' +
      'Accuracy is that of ImageNet’s validation pictures, as published.'
    : models
        .flatMap(({ weights }) =>
          weights.map((w) => `${w.name} (${w.license}): ${w.path ?? w.url}`),
        )
        .join('\n');
  for (const text of note.split('\n')) for (const line of wrapped(text, 2)) printLine(line);
}

function rowOf(model: ModelFacts, weights?: WeightsFacts): string[] {
  const { name, parameters, multiplyAdds, inputShape } = model;
  const facts = [name, short(parameters), short(multiplyAdds), inputShape.join('×')];
  if (weights === undefined) return [...facts, '', '', ''];
  const { top1, top5, sizeBytes, path } = weights;
  const where = path === null ? `${Math.round(sizeBytes / 1e6)} MB` : 'here';
  return [...facts, percent(top1), percent(top5), where];
}

/** A count in thousands, millions or thousands of millions. */
function short(count: number): string {
  const [scale, unit] = count >= 1e9 ? [1e9, 'G'] : count >= 1e6 ? [1e6, 'M'] : [1e3, 'k'];
  return `${(count / scale).toPrecision(3)} ${unit}`;
}
