/** A recipe file as a task: what it leaves out is that of the data set, or of the folder, that it names. */
import { basename, extname } from 'node:path';
import { ValueError } from '../../core/errors.js';
import { show } from '../../core/outside-text.js';
import { formatShape } from '../../core/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { modelNames } from '../../vision/models/registry.js';
import type { InputShape, SeededRequest, Task, TaskCode, TaskTransforms } from '../recipe.js';
import { merge, type RawLayer } from '../settings/layers.js';
import type { SettingsLayer } from '../settings/schema.js';
import { architectureOf, makeTask } from '../task.js';
import type { RecipeDefinition } from './define-recipe.js';
import type { RecipeFile } from './load-recipe.js';
import { openOwnData, sampleShape } from './own-data.js';
import {
  attempt,
  isPlain,
  networkOf,
  networkRequest,
  transformsOf,
  tryNetwork,
  wrong,
} from './parts.js';

/** The name under which config.json keeps runs by recipe files. */
export const fileName = 'file';

/** What the `data` of a file names: a data set that wick knows, or a folder. */
export interface NamedSource {
  readonly defaults: SettingsLayer;
  /** Of its inputs; null for a folder, whose pictures decide. */
  readonly inputShape: InputShape | null;
  open(request: SeededRequest): Promise<Task>;
}

/** The file's settings on top of others. */
export function defaultsOfFile(
  { definition }: RecipeFile,
  below: SettingsLayer = {},
): SettingsLayer {
  return merge(below as RawLayer, (definition.settings ?? {}) as RawLayer) as SettingsLayer;
}

/** Opens the file's data, with its network, transforms and loss. `named` is what its `data` names; null where it is a function. */
export async function openFile(
  file: RecipeFile,
  named: NamedSource | null,
  request: SeededRequest,
): Promise<Task> {
  const { code, definition } = file;
  const { model, loss } = definition;
  const isOwn = typeof model === 'function' && request.model === undefined;
  if (isOwn) refuseWeights(file, request);
  const transforms = chosenTransforms(file, named, request);
  const { imageSize, ...others } = request;
  const asked: SeededRequest = {
    ...others,
    ...(transforms === null ? imageSize !== undefined && { imageSize } : transforms),
    ...(typeof model === 'string' && { model: request.model ?? requireModel(file, model) }),
    ...(isOwn && { pretrained: false }),
  };
  const task = named === null ? await openOwn(file, asked, transforms) : await named.open(asked);
  const inputShape = await inputShapeOf(file, task, transforms !== null, imageSize);
  const wanted = networkRequest(inputShape, task.classes.length);
  const gives: TaskCode['gives'] = [
    ...(isOwn ? (['model'] as const) : []),
    ...(isPlain(task.evalTransform) ? [] : (['transform'] as const)),
  ];
  const network = isOwn ? tryNetwork(file, wanted) : task.architecture.name;
  return {
    ...task,
    recipe: fileName,
    name: basename(code.path, extname(code.path)),
    defaults: named === null ? task.defaults : defaultsOfFile(file, task.defaults),
    architecture: architectureOf(network, inputShape, task.classes.length),
    inputShape,
    code: {
      ...code,
      gives,
      network: isOwn ? () => networkOf(file, wanted) : null,
      loss: loss === undefined ? null : scalarLoss(code.path, loss),
    },
  };
}

/** Those of the request, or else of the file; null where both leave them to the data set. */
function chosenTransforms(
  file: RecipeFile,
  named: NamedSource | null,
  { imageSize, trainTransform, evalTransform }: SeededRequest,
): TaskTransforms | null {
  const { inputShape = named?.inputShape } = file.definition;
  const own = transformsOf(file, () => {
    const side = imageSize ?? inputShape?.[1];
    if (side !== undefined) return side;
    const what = '[C, H, W] is required, for whose size transforms are made';
    throw wrong(file.code.path, `inputShape is missing, ${what}`);
  });
  if (own === null) return null;
  return { trainTransform: trainTransform ?? own.train, evalTransform: evalTransform ?? own.eval };
}

async function openOwn(
  file: RecipeFile,
  request: SeededRequest,
  transforms: TaskTransforms | null,
): Promise<Task> {
  const { code, definition } = file;
  if (transforms === null) throw wrong(code.path, 'transforms are missing'); // refused by defineRecipe
  const { trainTransform, evalTransform } = transforms;
  const data = await openOwnData(file, request, { train: trainTransform, eval: evalTransform });
  if (definition.model === undefined && request.model === undefined)
    throw wrong(
      code.path,
      'model is missing, which data of your own need: a name of vision.models, or a function',
    );
  const inputShape = definition.inputShape ?? (await sampleShape(code.path, data.test));
  const [model = ''] = modelNames; // of which an own network takes nothing
  const recipe = { name: fileName, model, inputShape, defaults: defaultsOfFile(file) };
  return makeTask(recipe, data, transforms, request);
}

/** What samples are, where the file has a say in it. @throws where that is not what was asked for */
async function inputShapeOf(
  { code, definition }: RecipeFile,
  { test, inputShape: usual }: Task,
  hasTransforms: boolean,
  imageSize: number | undefined,
): Promise<InputShape> {
  if (!hasTransforms) return usual;
  const found = await sampleShape(code.path, test);
  if (imageSize !== undefined && imageSize !== found[1])
    throw new ValueError(
      basename(code.path),
      `imageSize=${imageSize}, but its transforms make inputs of ${found[1]}; make them a function of the size, or leave it out`,
    );
  const { inputShape: said } = definition;
  if (said === undefined || imageSize !== undefined || said.join() === found.join()) return found;
  throw wrong(
    code.path,
    `inputShape is [${said.join(', ')}], but the transforms make [${found.join(', ')}]`,
  );
}

function scalarLoss(
  path: string,
  loss: NonNullable<RecipeDefinition['loss']>,
): NonNullable<TaskCode['loss']> {
  return (logits, labels) => {
    const value = attempt(path, 'loss()', () => loss(logits, labels));
    if (value instanceof Tensor && value.ndim === 0) return value;
    const given = value instanceof Tensor ? formatShape(value.shape) : show(value);
    throw wrong(path, `loss() gives ${given}, a scalar tensor is required, such as loss.mean()`);
  };
}

function refuseWeights({ code }: RecipeFile, { pretrained = false }: SeededRequest): void {
  if (pretrained === false) return;
  throw new ValueError(
    basename(code.path),
    `pretrained=${show(pretrained)}, but its network is its own, of which no weights are known; leave it out, or choose a model`,
  );
}

function requireModel({ code }: RecipeFile, model: string): string {
  if (modelNames.includes(model)) return model;
  throw wrong(
    code.path,
    `model is ${show(model)}, which is no network of vision.models; wick models lists them`,
  );
}
