/** One epoch on the digits, written for Node and browsers alike: the same numbers must come out. */
import {
  compile,
  manualSeed,
  nn,
  noGrad,
  optim,
  type Tensor,
  tensor,
  vision,
} from '../../src/browser.js';

export interface DigitsResult {
  /** Of every step. */
  readonly losses: readonly number[];
  /** On the test images. */
  readonly accuracy: number;
  readonly imagesPerSecond: number;
}

const batchSize = 32;
const pixels = 28 * 28;

/** Trains the network for MNIST with the engine in use, for an epoch or as many steps, and then tests it. */
export async function trainDigits(folder: URL, steps: number): Promise<DigitsResult> {
  const [train, test] = await Promise.all([openSplit(folder, 'train'), openSplit(folder, 't10k')]);
  manualSeed(1);
  const model = vision.models.mnistCnn();
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
  const step = compile((images: Tensor, labels: Tensor) => {
    optimizer.zeroGrad();
    const loss = nn.functional.crossEntropy(model.forward(images), labels);
    loss.backward();
    optimizer.step();
    return loss;
  });
  const evaluate = compile((images: Tensor, labels: Tensor) =>
    noGrad(() => model.forward(images).argmax(1).eq(labels).sum()),
  );

  const losses: number[] = [];
  const start = performance.now();
  let seen = 0;
  for (const [images, labels] of batches(train)) {
    if (losses.length >= steps) break;
    losses.push(step(images, labels).item());
    seen += labels.numel();
  }
  const seconds = (performance.now() - start) / 1000;

  let correct = 0;
  for (const [images, labels] of batches(test)) correct += evaluate(images, labels).item();
  return { losses, accuracy: correct / test.labels.length, imagesPerSecond: seen / seconds };
}

interface Split {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

async function openSplit(folder: URL, name: string): Promise<Split> {
  const [images, labels] = await Promise.all([
    inflate(new URL(`${name}-images-idx3-ubyte.gz`, folder)),
    inflate(new URL(`${name}-labels-idx1-ubyte.gz`, folder)),
  ]);
  return { images: images.subarray(16), labels: labels.subarray(8) }; // behind the idx headers
}

async function inflate(url: URL): Promise<Uint8Array> {
  const { ok, status, body } = await fetch(url);
  if (!ok || body === null) throw new Error(`${url} answers ${status}`);
  const stream = body.pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** In the file's order; the last one is smaller. */
function* batches({ images, labels }: Split): Generator<[Tensor, Tensor]> {
  for (let first = 0; first < labels.length; first += batchSize) {
    const chosen = labels.subarray(first, first + batchSize);
    const bytes = images.subarray(first * pixels, (first + chosen.length) * pixels);
    const x = tensor(Float32Array.from(bytes, (byte) => byte / 255));
    yield [x.reshape([chosen.length, 1, 28, 28]), tensor(Int32Array.from(chosen))];
  }
}
