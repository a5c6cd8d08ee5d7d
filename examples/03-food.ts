/** The transfer learning tutorial line by line: ResNet-18 as ImageNet has taught it, of which a new head learns dishes. */
import { compile, data, manualSeed, nn, noGrad, optim, type Tensor, vision } from 'wick';

const folder = process.env.FOOD ?? 'food'; // with train.txt and test.txt: a path and a class on each line
const epochs = Number(process.env.EPOCHS ?? 5);
const { models, transforms, datasets } = vision;

manualSeed(0);
const model = await models.resnet18({ weights: models.ResNet18_Weights.DEFAULT });
for (const param of model.parameters()) param.requiresGrad = false;

const dataTransforms = {
  train: new transforms.Compose([
    new transforms.Resize([300, 300]),
    new transforms.RandomRotation(45),
    new transforms.CenterCrop(224),
    new transforms.RandomHorizontalFlip({ p: 0.5 }),
    new transforms.RandomVerticalFlip({ p: 0.5 }),
    new transforms.RandomGrayscale({ p: 0.1 }),
    new transforms.ToTensor(),
    new transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
  ]),
  valid: new transforms.Compose([
    new transforms.Resize([224, 224]),
    new transforms.ToTensor(),
    new transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
  ]),
};
const { ListFile } = datasets;
const { train, valid } = dataTransforms;
const trainingData = await ListFile.open(`${folder}/train.txt`, { transform: train });
const { classes } = trainingData;
const testData = await ListFile.open(`${folder}/test.txt`, { transform: valid, classes });
const trainDataloader = new data.DataLoader(trainingData, { batchSize: 64, shuffle: true });
const testDataloader = new data.DataLoader(testData, { batchSize: 64 });

model.fc = new nn.Linear(model.fc.inFeatures, classes.length);
const paramsToUpdate = model.parameters().filter((param) => param.requiresGrad);

const lossFn = new nn.CrossEntropyLoss();
const optimizer = new optim.Adam(paramsToUpdate, { lr: 0.001 });
const scheduler = new optim.lrScheduler.StepLR(optimizer, 5, { gamma: 0.5 });

const trainStep = compile((x: Tensor, y: Tensor) => {
  const loss = lossFn(model(x), y);
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
  return loss;
});
const testStep = compile((x: Tensor, y: Tensor) =>
  noGrad(() => {
    const pred = model(x);
    return { loss: lossFn(pred, y), correct: pred.argmax(1).eq(y).sum() };
  }),
);

let bestAcc = 0;
for (let epoch = 1; epoch <= epochs; epoch++) {
  model.train();
  for await (const [x, y] of trainDataloader) trainStep(x, y);
  scheduler.step();

  model.eval();
  let testLoss = 0;
  let correct = 0;
  for await (const [x, y] of testDataloader) {
    const result = testStep(x, y);
    testLoss += result.loss.item() / testDataloader.length;
    correct += result.correct.item() / testData.length;
  }
  bestAcc = Math.max(bestAcc, correct);
  console.log(
    `Epoch ${epoch}: accuracy ${(100 * correct).toFixed(1)} %, loss ${testLoss.toFixed(4)}`,
  );
}
console.log(`best accuracy ${(100 * bestAcc).toFixed(1)} %`);
