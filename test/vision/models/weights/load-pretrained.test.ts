import '../../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { saveSafetensors } from '../../../../src/io/safetensors.js';
import { saveTorch } from '../../../../src/io/save-torch.js';
import { BatchNorm2d } from '../../../../src/nn/batch-norm.js';
import { Linear } from '../../../../src/nn/linear.js';
import { Module, type StateDict } from '../../../../src/nn/module.js';
import { zeros } from '../../../../src/tensor/creation.js';
import { manualSeed } from '../../../../src/tensor/generator.js';
import * as models from '../../../../src/vision/models/index.js';
import {
  loadPretrained,
  renamedDenseNet,
} from '../../../../src/vision/models/weights/load-pretrained.js';
import { temporaryFolder } from '../../datasets/temporary-folder.js';

function assertSame(state: StateDict, wanted: StateDict, except: (key: string) => boolean): void {
  for (const [key, tensor] of wanted)
    if (!except(key)) assert.deepEqual(state.get(key)?.data, tensor.data, key);
}

test('weights come from a file of PyTorch’s or safetensors, and another number of classes brings a fresh head', async (t) => {
  const folder = await temporaryFolder(t);
  manualSeed(1);
  const trained = models.shufflenet_v2_x0_5().stateDict();
  await saveTorch(`${folder}/a.pth`, trained);
  await saveSafetensors(`${folder}/a.safetensors`, trained);
  for (const weights of [`${folder}/a.pth`, `${folder}/a.safetensors`]) {
    const model = await models.shufflenet_v2_x0_5({ weights });
    assertSame(model.stateDict(), trained, () => false);
    const few = await models.getModel('shufflenet_v2_x0_5', { weights, numClasses: 3 });
    assert.deepEqual(few.stateDict().get('fc.weight')?.shape, [3, 1024]);
    assertSame(few.stateDict(), trained, (key) => key.startsWith('fc.'));
    const head = few.stateDict().get('fc.weight')?.data ?? [];
    assert.ok(new Set(head).size > 100, 'the fresh head is drawn, although the rest is not');
  }
});

test('a file for other classes keeps them, and one that does not fit is named', async (t) => {
  const weights = `${await temporaryFolder(t)}/seven.pth`;
  await saveTorch(weights, models.cifar_resnet20({ numClasses: 7 }).stateDict());
  const model = await models.cifar_resnet20({ weights });
  assert.deepEqual(model.linear.weight.shape, [7, 64]);
  await assert.rejects(models.cifar_resnet32({ weights }), {
    name: 'CheckpointError',
    message: /seven\.pth: does not fit cifar_resnet32:\n {2}missing keys: 'layer1\.3/,
  });
  await assert.rejects(models.alexnet({ weights }), {
    name: 'CheckpointError',
    message: /seven\.pth: has no 'classifier\.6\.weight'; are these weights of alexnet\?/,
  });
});

test('weights that an architecture does not have', async () => {
  const refused = async (made: Promise<unknown>, message: RegExp) =>
    await assert.rejects(made, { name: 'ValueError', message });
  await refused(
    models.resnet18({ weights: 'imagnet' }),
    /weights='imagnet', but there are imagenet1k, DEFAULT, IMAGENET1K_V1; or give the path of a file/,
  );
  await refused(models.resnet18({ weights: 'IMAGENET1K_V2' }), /IMAGENET1K_V2/);
  await refused(
    models.resnet18({ weights: models.ResNet34_Weights.DEFAULT }),
    /weights are those of resnet34 IMAGENET1K_V1/,
  );
  await refused(models.lenet({ weights: 'imagenet1k' }), /none are published/);
  await refused(models.getModel('resnet81'), /did you mean resnet18\?/);
  assert.throws(
    () => models.resnet18({ pretrained: true } as object),
    /option 'pretrained' is unknown; pretrained: true is weights: 'imagenet1k'/,
  );
});

test('keys of DenseNets as their files have them', () => {
  const text = gunzipSync(readFileSync('test/goldens/zoo.json.gz')).toString();
  const { keys } = JSON.parse(text) as { keys: { densenet121: Record<string, number[]> } };
  const wanted = Object.keys(keys.densenet121);
  // By torchvision's rule: (denselayer.(norm|relu|conv))([12].…), which the files have a dot between.
  const old = wanted.map((key) =>
    key.replace(/^(.*denselayer\d+\.(?:norm|relu|conv))([12]\.)/, '$1.$2'),
  );
  assert.ok(old.filter((key, i) => key !== wanted[i]).length > 500);
  const state = new Map(old.map((key) => [key, zeros([1])]));
  assert.deepEqual([...renamedDenseNet(state).keys()], wanted);
});

/** A layer of a DenseNet, and a head. */
class Dense extends Module {
  readonly denselayer1: Norm;
  readonly classifier: Linear;

  constructor(numClasses: number) {
    super();
    this.denselayer1 = new Norm();
    this.classifier = new Linear(2, numClasses);
  }
}

class Norm extends Module {
  readonly norm1 = new BatchNorm2d(2);
}

test('weights of a DenseNet are found under the keys of their files', async (t) => {
  const weights = `${await temporaryFolder(t)}/d.safetensors`;
  manualSeed(2);
  const state = new Dense(3).stateDict();
  const old = [...state].map(
    ([key, tensor]) => [key.replace('norm1.', 'norm.1.'), tensor] as const,
  );
  await saveSafetensors(weights, new Map(old));
  const make = (numClasses: number) => new Dense(numClasses);
  const model = await loadPretrained({ architecture: 'densenet121', weights, make });
  assertSame(model.stateDict(), state, () => false);
});
