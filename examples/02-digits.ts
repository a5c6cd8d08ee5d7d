/** A network, a loader and a loop of your own: nothing hidden, the step compiled. */
import { compile, data, manualSeed, metrics, nn, noGrad, optim, type Tensor, vision } from 'wick';

manualSeed(42);
const epochs = Number(process.env.EPOCHS ?? 3);
const samples = Number(process.env.SAMPLES ?? 5000);

class Net extends nn.Module {
  readonly conv1 = new nn.Conv2d(1, 16, 3, { padding: 1 });
  readonly bn1 = new nn.BatchNorm2d(16);
  readonly conv2 = new nn.Conv2d(16, 32, 3, { padding: 1 });
  readonly bn2 = new nn.BatchNorm2d(32);
  readonly pool = new nn.MaxPool2d(2);
  readonly drop = new nn.Dropout(0.25);
  readonly fc = new nn.Linear(32 * 7 * 7, 10);

  override forward(x: Tensor): Tensor {
    x = this.pool(this.bn1(this.conv1(x)).relu());
    x = this.pool(this.bn2(this.conv2(x)).relu());
    return this.fc(this.drop(x.flatten(1)));
  }
}

const { Digits } = vision.datasets;
const all = await Digits.open({ split: 'train' });
const trainSet = new data.Subset(all, [...Array(samples).keys()]);
const testSet = await Digits.open({ split: 'test' });
const trainLoader = new data.DataLoader(trainSet, { batchSize: 64, shuffle: true });
const testLoader = new data.DataLoader(testSet, { batchSize: 250 });

const model = new Net();
console.log(String(model));
const optimizer = new optim.Adam(model.parameters(), { lr: 2e-3 });
const scheduler = new optim.lrScheduler.CosineAnnealingLR(optimizer, epochs);

const trainStep = compile((images: Tensor, labels: Tensor) => {
  optimizer.zeroGrad();
  const loss = nn.functional.crossEntropy(model(images), labels);
  loss.backward();
  optimizer.step();
  return loss;
});
const classify = compile((images: Tensor) => noGrad(() => model(images)));

for (let epoch = 1; epoch <= epochs; epoch++) {
  model.train();
  const loss = new metrics.Mean();
  for await (const [images, labels] of trainLoader)
    loss.update(trainStep(images, labels).item(), images.size(0));

  model.eval();
  const accuracy = new metrics.Accuracy();
  for await (const [images, labels] of testLoader) accuracy.update(classify(images), labels);
  scheduler.step();
  console.log(
    `epoch ${epoch}  loss ${loss.compute().toFixed(4)}  accuracy ${(100 * accuracy.compute()).toFixed(1)} %`,
  );
}
