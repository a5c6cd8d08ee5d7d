/** The MNIST tutorial line by line: two convolutions, SGD, five epochs. */
import { compile, data, manualSeed, nn, noGrad, optim, type Tensor, vision } from 'wick';

const { MNIST } = vision.datasets;
const { ToTensor } = vision.transforms;
const F = nn.functional;
const epochs = Number(process.env.EPOCHS ?? 5);

manualSeed(Number(process.env.SEED ?? 0));
const root = process.env.MNIST; // the data cache, and then the network, where it is not said
const trainDs = await MNIST.open(root, { split: 'train', transform: new ToTensor() });
const testDs = await MNIST.open(root, { split: 'test', transform: new ToTensor() });
const trainDl = new data.DataLoader(trainDs, { batchSize: 32, shuffle: true });
const testDl = new data.DataLoader(testDs, { batchSize: 32 });

class Model extends nn.Module {
  readonly conv1 = new nn.Conv2d(1, 32, 3);
  readonly pool1 = new nn.MaxPool2d(2);
  readonly conv2 = new nn.Conv2d(32, 64, 3);
  readonly pool2 = new nn.MaxPool2d(2);
  readonly fc1 = new nn.Linear(1600, 64);
  readonly fc2 = new nn.Linear(64, 10);

  override forward(x: Tensor): Tensor {
    x = this.pool1(F.relu(this.conv1(x)));
    x = this.pool2(F.relu(this.conv2(x)));
    x = x.flatten(1);
    x = F.relu(this.fc1(x));
    return this.fc2(x);
  }
}

const model = new Model();
console.log(String(model));
const lossFn = new nn.CrossEntropyLoss();
const opt = new optim.SGD(model.parameters(), { lr: 1e-2 });

const trainStep = compile((X: Tensor, y: Tensor) => {
  const pred = model(X);
  const loss = lossFn(pred, y);
  opt.zeroGrad();
  loss.backward();
  opt.step();
  return { loss, correct: pred.argmax(1).eq(y).sum() };
});
const testStep = compile((X: Tensor, y: Tensor) =>
  noGrad(() => {
    const pred = model(X);
    return { loss: lossFn(pred, y), correct: pred.argmax(1).eq(y).sum() };
  }),
);

async function run(dataloader: typeof trainDl, step: typeof trainStep) {
  const size = dataloader.dataset.length;
  let [loss, acc] = [0, 0];
  for await (const [X, y] of dataloader) {
    const result = step(X, y);
    loss += result.loss.item() / dataloader.length;
    acc += result.correct.item() / size;
  }
  return { loss, acc };
}

for (let epoch = 1; epoch <= epochs; epoch++) {
  model.train();
  const train = await run(trainDl, trainStep);
  model.eval();
  const test = await run(testDl, testStep);
  console.log(
    `Epoch:${epoch}, Train_acc:${(100 * train.acc).toFixed(1)}%, Train_loss:${train.loss.toFixed(3)}, ` +
      `Test_acc:${(100 * test.acc).toFixed(1)}%, Test_loss:${test.loss.toFixed(3)}`,
  );
}
