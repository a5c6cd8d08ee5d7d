/** The sneakers tutorial line by line: photos of two brands, and two ways for the learning rate to fall. */
import { compile, data, manualSeed, metrics, nn, noGrad, optim, type Tensor, vision } from 'wick';

const { transforms, datasets, models } = vision;
const folder = process.env.SNEAKERS ?? `${data.cacheFolder('datasets')}/shoes`; // train/ and test/, a folder for each brand
const epochs = Number(process.env.EPOCHS ?? 40);

const transform = new transforms.Compose([
  new transforms.Resize([224, 224]),
  new transforms.ToTensor(),
  new transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
]);
const trainDataset = await datasets.ImageFolder.open(`${folder}/train`, { transform });
const testDataset = await datasets.ImageFolder.open(`${folder}/test`, { transform });
const classeNames = trainDataset.classes;
const trainDl = new data.DataLoader(trainDataset, { batchSize: 32, shuffle: true });
const testDl = new data.DataLoader(testDataset, { batchSize: 32 });

const learnRate = 1e-4;
const schedules = {
  LambdaLR: (optimizer: optim.Optimizer) =>
    new optim.lrScheduler.LambdaLR(optimizer, (epoch) => 0.92 ** Math.floor(epoch / 2)),
  ExponentialLR: (optimizer: optim.Optimizer) =>
    new optim.lrScheduler.ExponentialLR(optimizer, 0.9),
};

for (const [name, schedule] of Object.entries(schedules)) {
  manualSeed(Number(process.env.SEED ?? 0));
  const model = models.sneakerCnn({ numClasses: classeNames.length }); // conv-BN-ReLU twice, pooled, and again
  const lossFn = new nn.CrossEntropyLoss();
  const optimizer = new optim.SGD(model.parameters(), { lr: learnRate });
  const scheduler = schedule(optimizer);

  const trainStep = compile((X: Tensor, y: Tensor) => {
    const pred = model(X);
    const loss = lossFn(pred, y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return { loss, pred };
  });
  const testStep = compile((X: Tensor, y: Tensor) =>
    noGrad(() => {
      const pred = model(X);
      return { loss: lossFn(pred, y), pred };
    }),
  );

  for (let epoch = 1; epoch <= epochs; epoch++) {
    model.train();
    const train = new metrics.Accuracy();
    for await (const [X, y] of trainDl) train.update(trainStep(X, y).pred, y);

    model.eval();
    const matrix = new metrics.ConfusionMatrix(classeNames.length);
    const testLoss = new metrics.Mean();
    for await (const [X, y] of testDl) {
      const { loss, pred } = testStep(X, y);
      testLoss.update(loss.item(), y.size(0));
      matrix.update(pred, y);
    }
    const { lr } = optimizer;
    scheduler.step();
    // One brand has ten times the photos of the other: the mean of both recalls says what accuracy hides.
    const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
    console.log(
      `${name}: Epoch:${epoch}, Train_acc:${percent(train.compute())}, Test_acc:${percent(matrix.accuracy())}, ` +
        `balanced:${percent(matrix.balancedAccuracy())}, Test_loss:${testLoss.compute().toFixed(3)}, Lr:${lr.toExponential(2)}`,
    );
  }
}
