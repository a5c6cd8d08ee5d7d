/** Faces and what they express, on grey pictures of 48×48: seven convolutions, smoothed labels, a rate that rises and falls once. */
import { compile, data, manualSeed, metrics, nn, noGrad, optim, type Tensor, vision } from 'wick';

const { transforms, datasets } = vision;
const epochs = Number(process.env.EPOCHS ?? 28);
const root = process.env.FER2013; // a folder with fer2013.csv, or train/ and test/; the data cache where it is not said

manualSeed(Number(process.env.SEED ?? 0));
const toInput = [new transforms.ToTensor(), new transforms.Normalize(0.5, 0.5)];
const trainTransform = new transforms.Compose([
  new transforms.RandomCrop(48, { padding: 4 }),
  new transforms.RandomHorizontalFlip(),
  new transforms.RandomRotation(10, { interpolation: 'bilinear' }),
  ...toInput,
]);
const testTransform = new transforms.Compose(toInput);
const kept = { cache: 'ram' } as const; // 36,000 small files are decoded once
const trainSet = await datasets.FER2013.open(root, { ...kept, transform: trainTransform });
const testSet = await datasets.FER2013.open(root, {
  ...kept,
  split: 'test',
  transform: testTransform,
});
const trainLoader = new data.DataLoader(trainSet, { batchSize: 64, shuffle: true });
const testLoader = new data.DataLoader(testSet, { batchSize: 64 });

const conv = (inChannels: number, outChannels: number) => [
  new nn.Conv2d(inChannels, outChannels, 3, { padding: 1, bias: false }),
  new nn.BatchNorm2d(outChannels),
  new nn.ReLU(),
];
const model = new nn.Sequential(
  ...[...conv(1, 32), new nn.MaxPool2d(2)], // 48×48 → 24×24
  ...[...conv(32, 64), ...conv(64, 64), new nn.MaxPool2d(2)], // → 12×12
  ...[...conv(64, 128), ...conv(128, 128), new nn.MaxPool2d(2)], // → 6×6
  ...[...conv(128, 256), new nn.MaxPool2d(2)], // → 3×3
  new nn.Flatten(),
  new nn.Dropout(0.5),
  new nn.Linear(256 * 3 * 3, testSet.classes.length),
);

const lr = 2e-3;
const criterion = new nn.CrossEntropyLoss({ labelSmoothing: 0.1 });
const optimizer = new optim.Adam(model.parameters(), { lr });
const totalSteps = epochs * trainLoader.length;
const once = { totalSteps, cycleMomentum: false };
const scheduler = new optim.lrScheduler.OneCycleLR(optimizer, lr, once);

const trainStep = compile((x: Tensor, y: Tensor) => {
  optimizer.zeroGrad();
  const loss = criterion(model(x), y);
  loss.backward();
  optimizer.step();
  return loss;
});
const classify = compile((x: Tensor) => noGrad(() => model(x)));

for (let epoch = 1; epoch <= epochs; epoch++) {
  model.train();
  const trainLoss = new metrics.Mean();
  for await (const [x, y] of trainLoader) {
    trainLoss.update(trainStep(x, y).item(), y.size(0));
    scheduler.step();
  }

  model.eval();
  const matrix = new metrics.ConfusionMatrix(testSet.classes.length);
  for await (const [x, y] of testLoader) matrix.update(classify(x), y);
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  console.log(
    `epoch ${epoch}  loss ${trainLoss.compute().toFixed(4)}  accuracy ${percent(matrix.accuracy())}  ` +
      `balanced ${percent(matrix.balancedAccuracy())}`,
  );
}
