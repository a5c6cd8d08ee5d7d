import type { TestContext } from 'node:test';
import { put, temporaryFolder } from '../../vision/datasets/temporary-folder.js';

/** A folder with a recipe file, and a cache that remembers no code but what is run in this test. */
export async function recipeFolder(
  t: TestContext,
  text: string,
  name = 'my-recipe.ts',
): Promise<{ folder: string; file: string }> {
  const folder = await temporaryFolder(t);
  const before = process.env.WICK_CACHE;
  process.env.WICK_CACHE = `${folder}/cache`;
  t.after(() => {
    if (before === undefined) delete process.env.WICK_CACHE;
    else process.env.WICK_CACHE = before;
  });
  return { folder, file: await put(folder, name, text) };
}

/** A network of its own, a function among its transforms, a loss, settings. */
export const whole = `
import { defineRecipe, nn, type Tensor, vision } from 'wick';
import { Linear } from 'wick/nn';
const { Compose, ToTensor } = vision.transforms;

enum Size { Hidden = 24 }

class Net extends nn.Module {
  readonly layers: nn.Sequential;
  constructor(inputs: number, private readonly classes: number) {
    super();
    this.layers = new nn.Sequential(
      new nn.Flatten(), new nn.Linear(inputs, Size.Hidden), new nn.ReLU(), new Linear(Size.Hidden, this.classes));
  }
  override forward(x: Tensor): Tensor { return this.layers(x); }
}

const dim = (image: vision.Image, rng: { uniform(a: number, b: number): number }) => {
  const factor = rng.uniform(0.5, 1);
  return new vision.Image(image.height, image.width, image.channels, image.data.map((v: number) => v * factor));
};
const half = ({ data, ...rest }: { data: Float32Array }) => ({ ...rest, data: data.map((v) => v / 2) });

export default defineRecipe({
  data: 'digits',
  model: ({ inputShape: [c, h, w], numClasses }) => new Net(c * h * w, numClasses),
  transforms: {
    train: new Compose([dim, new ToTensor(), half]),
    eval: new Compose([new ToTensor(), half]),
  },
  loss: (logits, labels) => nn.functional.crossEntropy(logits, labels).mul(2),
  settings: { epochs: 2, batchSize: 20, optimizer: { name: 'sgd', lr: 0.1 } },
});
`;
