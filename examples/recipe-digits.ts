/** A recipe of one's own: a network, its inputs, a loss and settings. `wick train examples/recipe-digits.ts` trains it. */
import { defineRecipe, nn, type Tensor, vision } from 'wick';

const { Compose, Lambda, Normalize, RandomAffine, Resize, ToTensor } = vision.transforms;

/** Two convolutions, the second of which sees the picture in halves. */
class Net extends nn.Module {
  readonly features: nn.Sequential;
  readonly head: nn.Linear;

  constructor(inChannels: number, numClasses: number) {
    super();
    this.features = new nn.Sequential(
      new nn.Conv2d(inChannels, 8, 3, { padding: 1 }),
      new nn.BatchNorm2d(8),
      new nn.ReLU(),
      new nn.MaxPool2d(2),
      new nn.Conv2d(8, 16, 3, { padding: 1 }),
      new nn.ReLU(),
      new nn.AdaptiveAvgPool2d(4),
      new nn.Flatten(),
    );
    this.head = new nn.Linear(16 * 4 * 4, numClasses);
  }

  override forward(x: Tensor): Tensor {
    return this.head(this.features(x));
  }
}

/** Strokes a little thicker or thinner: a function of one's own is a transform, also in worker threads. */
const contrast = new Lambda((image: vision.Image, rng) => {
  const power = rng.uniform(0.7, 1.4);
  const data = image.data.map((value: number) => 255 * (value / 255) ** power);
  return new vision.Image(image.height, image.width, image.channels, data);
});

/** Focal loss (https://arxiv.org/abs/1708.02002): cross entropy in which samples that are sure of their class count less. */
function focal(logits: Tensor, labels: Tensor): Tensor {
  const each = nn.functional.crossEntropy(logits, labels, { reduction: 'none' });
  const unsure = each.neg().exp().neg().add(1);
  return unsure.square().mul(each).mean();
}

export default defineRecipe({
  data: 'digits',
  model: ({ inChannels, numClasses }) => new Net(inChannels, numClasses),
  transforms: {
    train: new Compose([
      new RandomAffine(10, { translate: [0.1, 0.1] }),
      contrast,
      new ToTensor(),
      new Normalize(0.1307, 0.3081),
    ]),
    eval: new Compose([new Resize([28, 28]), new ToTensor(), new Normalize(0.1307, 0.3081)]),
  },
  loss: focal,
  settings: {
    epochs: 2,
    batchSize: 64,
    optimizer: { name: 'adamw', lr: 3e-3 },
    schedule: 'cosine',
  },
});
