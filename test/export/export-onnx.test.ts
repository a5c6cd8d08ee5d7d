/** What is refused, and what is in a file beside the network. */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { exportOnnx } from '../../src/export/index.js';
import type { OnnxRuntime } from '../../src/export/onnxruntime.js';
import { io, manualSeed, nn, randn, type Tensor, vision, zeros } from '../../src/index.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';
import { loadRuntime, withoutRuntime } from './runtime.js';

const inputShape = [1, 4, 4] as const;
const classifier = () => new nn.Sequential(new nn.Flatten(), new nn.Linear(16, 3));

/** A module of one function. */
class Calls extends nn.Module {
  constructor(private readonly compute: (x: Tensor) => Tensor) {
    super();
  }
  override forward(x: Tensor): Tensor {
    return this.compute(x);
  }
}

test('what has no form is refused by name, and nothing is written', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'model.onnx');
  const refused = (call: (x: Tensor) => Tensor, message: RegExp) =>
    assert.rejects(exportOnnx(new Calls(call), { path, inputShape }), {
      name: 'ValueError',
      message,
    });
  await refused((x) => x.flatten(1).sort(1).values, /op 'sort' has no ONNX form/);
  await refused((x) => x, /gives \[2,1,4,4\] for \[2,1,4,4\]; \[N, classes\] is required/);
  await refused((x) => x.flatten(1).add(randn(x.size(0), 16)), /draws random numbers/);
  await refused(
    (x) => x.flatten(1).narrow(0, 0, 1),
    /slice along the batch of \[2,16\] has no ONNX form/,
  );
  await refused((x) => x.flatten(1).mul(1 / x.size(0)), /its elements change with it/);
  await refused(
    (x) => (x.size(0) > 2 ? x.neg() : x.abs()).flatten(1),
    /other ops are called, or with other attributes/,
  );
  assert.deepEqual(await readdir(folder), []);
});

test('options are checked before anything is done', async () => {
  const refused = (options: object, message: RegExp) =>
    assert.rejects(exportOnnx(classifier(), { path: 'x.onnx', inputShape, ...options } as never), {
      name: 'ValueError',
      message,
    });
  await refused({ path: 'x.pth' }, /'x.pth' is a name for another format/);
  await refused({ path: '' }, /path="" must be the name of a file/);
  await refused({ inputShape: [4, 4] }, /inputShape=\[4,4\] must be \[C, H, W\]/);
  await refused({ classes: ['a', 'b'] }, /2 classes are named, the model gives 3 logits/);
  await refused({ images: zeros(2, 4, 4) }, /images are float32 \[2,4,4\]/);
});

test('a file that computes something else is not written', { skip: withoutRuntime }, async (t) => {
  manualSeed(0);
  const folder = await temporaryFolder(t);
  const right = await loadRuntime();
  /** Adds to the last logit. */
  const wrongBy = (add: number): OnnxRuntime => ({
    ...right,
    Tensor: right.Tensor,
    env: right.env,
    InferenceSession: {
      async create(file, options) {
        const session = await right.InferenceSession.create(file, options);
        return {
          inputNames: session.inputNames,
          outputNames: session.outputNames,
          release: () => session.release(),
          async run(feeds) {
            const outputs = await session.run(feeds);
            const data = outputs.logits?.data as Float32Array; // of the file's type
            data[data.length - 1] = (data.at(-1) ?? 0) + add;
            return outputs;
          },
        };
      },
    },
  });
  const options = { path: join(folder, 'model.onnx'), inputShape };
  for (const add of [1e-3, Number.NaN, Number.POSITIVE_INFINITY])
    await assert.rejects(exportOnnx(classifier(), { ...options, runtime: wrongBy(add) }), {
      name: 'ValueError',
      message: /in a logit of image \d+, at most [\d.]+e-4 is allowed; nothing was written/,
    });
  assert.deepEqual(await readdir(folder), []);
  await exportOnnx(classifier(), { ...options, runtime: wrongBy(1e-5) });
  assert.deepEqual(await readdir(folder), ['model.onnx']);
});

test('classes and transform are in the metadata', async (t) => {
  const path = join(await temporaryFolder(t), 'model.onnx');
  const { Compose, Resize, ToTensor } = vision.transforms;
  const transform = new Compose([new Resize(4), new ToTensor()]);
  const classes = ['a', 'ü', '猫'];
  const metadata = { licence: 'MIT' };
  await exportOnnx(classifier(), { path, inputShape, classes, transform, metadata });
  const { metadata: found } = (await io.loadOnnx(path)).info;
  assert.deepEqual(JSON.parse(found.classes ?? ''), classes);
  assert.deepEqual(JSON.parse(found.transform ?? ''), transform.toJSON());
  assert.equal(found.licence, 'MIT');
});
