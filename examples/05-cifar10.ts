/** The CIFAR-10 tutorial line by line: every kind of augmentation, three blocks, Adam, a rate that falls on a plateau. */
import { compile, data, manualSeed, nn, noGrad, optim, type Tensor, vision } from 'wick';

const { transforms, datasets } = vision;
const epochs = Number(process.env.EPOCHS ?? 20);
const root = process.env.CIFAR10; // the data cache, and then the network, where it is not said

manualSeed(Number(process.env.SEED ?? 0));
const normalize = new transforms.Normalize([0.4914, 0.4822, 0.4465], [0.2023, 0.1994, 0.201]);
const trainTransform = new transforms.Compose([
  new transforms.RandomCrop(32, { padding: 4 }),
  new transforms.RandomHorizontalFlip(),
  new transforms.ColorJitter({ brightness: 0.2, contrast: 0.2, saturation: 0.2, hue: 0.1 }),
  new transforms.RandomRotation(15),
  new transforms.ToTensor(),
  normalize,
]);
const testTransform = new transforms.Compose([new transforms.ToTensor(), normalize]);
const trainSet = await datasets.CIFAR10.open(root, { split: 'train', transform: trainTransform });
const testSet = await datasets.CIFAR10.open(root, { split: 'test', transform: testTransform });
const trainLoader = new data.DataLoader(trainSet, { batchSize: 64, shuffle: true });
const testLoader = new data.DataLoader(testSet, { batchSize: 64 });

const block = (inChannels: number, outChannels: number) =>
  new nn.Sequential(
    new nn.Conv2d(inChannels, outChannels, 3, { padding: 1 }),
    new nn.BatchNorm2d(outChannels),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
  );
const model = new nn.Sequential(
  block(3, 32), // 32×32 → 16×16
  block(32, 64), // → 8×8
  block(64, 128), // → 4×4
  new nn.Flatten(),
  new nn.Linear(128 * 4 * 4, 512),
  new nn.ReLU(),
  new nn.Dropout(0.5),
  new nn.Linear(512, 10),
);

const criterion = new nn.CrossEntropyLoss();
const optimizer = new optim.Adam(model.parameters(), { lr: 0.001 });
const plateau = { mode: 'min', patience: 3, factor: 0.5 } as const;
const scheduler = new optim.lrScheduler.ReduceLROnPlateau(optimizer, plateau);

const trainStep = compile((images: Tensor, target: Tensor) => {
  optimizer.zeroGrad();
  const loss = criterion(model(images), target);
  loss.backward();
  optimizer.step();
  return loss;
});
const testStep = compile((images: Tensor, target: Tensor) =>
  noGrad(() => {
    const output = model(images);
    return { loss: criterion(output, target), correct: output.argmax(1).eq(target).sum() };
  }),
);

for (let epoch = 1; epoch <= epochs; epoch++) {
  model.train(); // the tutorial says it once, before the loop, and trains in evaluation mode from the second epoch on
  let running = 0;
  for await (const [images, target] of trainLoader) running += trainStep(images, target).item();

  model.eval();
  let [testLoss, correct] = [0, 0];
  for await (const [images, target] of testLoader) {
    const result = testStep(images, target);
    testLoss += result.loss.item() / testLoader.length;
    correct += result.correct.item();
  }
  scheduler.step(testLoss);
  const trainLoss = (running / trainLoader.length).toFixed(4);
  const accuracy = ((100 * correct) / testSet.length).toFixed(2);
  console.log(`Epoch ${epoch}/${epochs}: train loss ${trainLoss}, test accuracy ${accuracy}%`);
}
