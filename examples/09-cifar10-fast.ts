/** airbench94 line by line (https://arxiv.org/abs/2404.00498): CIFAR-10 in few epochs, with the fifth batch held out. */
import { compile, data, manualSeed, metrics, nn, noGrad, optim, type Tensor, vision } from 'wick';

const { models, transforms, datasets } = vision;
const epochs = Number(process.env.EPOCHS ?? 18);
const batchSize = Number(process.env.BATCH ?? 1024);
const precision = process.env.PRECISION === 'bfloat16' ? 'bfloat16' : 'float32';

manualSeed(Number(process.env.SEED ?? 0));
const normalize = new transforms.Normalize([0.4914, 0.4822, 0.4465], [0.247, 0.2435, 0.2616]);
const plain = new transforms.Compose([new transforms.ToTensor(), normalize]);
const translate = new transforms.RandomCrop(32, { padding: 2, paddingMode: 'reflect' });
const flip = new transforms.AlternatingHorizontalFlip(); // mirrored in every other epoch
const all = await datasets.CIFAR10.open(process.env.CIFAR10, { transform: plain });
const augmented = all.withTransform(new transforms.Compose([translate, flip, plain]));
const indices = [...all.targets.keys()];
const trained = Math.floor((4 / 5) * all.length);
const trainSet = new data.Subset(augmented, indices.slice(0, trained));
const testSet = new data.Subset(all, indices.slice(trained));
const trainLoader = new data.DataLoader(trainSet, { batchSize, shuffle: true, dropLast: true });
const testLoader = new data.DataLoader(testSet, { batchSize });

const model = models.cifarFast(); // its convolutions begin as the identity, and its first layer whitens
const few = new data.Subset(all, indices.slice(0, 2000));
for await (const [pictures] of new data.DataLoader(few, { batchSize: 2000 }))
  model.whitenFor(pictures);

const lr = (1.5 * batchSize) / 1024;
const trainable = model.parameters().filter((parameter) => parameter.requiresGrad);
const sgd = { lr, momentum: 0.85, nesterov: true, weightDecay: 0.002 / 1.5 };
const optimizer = new optim.SGD(trainable, sgd);
const steps = epochs * trainLoader.length;
const scheduler = new optim.lrScheduler.OneCycleLR(optimizer, lr, {
  totalSteps: steps,
  annealStrategy: 'linear', // a triangle: from .2 up to 1 and down to .07
  pctStart: 0.23,
  divFactor: 1 / 0.2,
  finalDivFactor: 0.2 / 0.07,
  cycleMomentum: false,
});
const lookahead = new optim.EMA(model.stateDict().values());
const criterion = new nn.CrossEntropyLoss({ labelSmoothing: 0.2 });

const trainStep = compile(
  (x: Tensor, y: Tensor) => {
    optimizer.zeroGrad();
    const loss = criterion(model(x), y);
    loss.backward();
    optimizer.step();
    return loss;
  },
  { precision },
);

let step = 0;
for (let epoch = 1; epoch <= epochs; epoch++) {
  model.train();
  if (epoch === 4 && model.whiten.bias) model.whiten.bias.requiresGrad = false;
  let sum = 0;
  for await (const [x, y] of trainLoader) {
    sum += trainStep(x, y).item();
    scheduler.step();
    if (++step % 5 !== 0 && step < steps) continue;
    lookahead.update(step < steps ? 0.95 ** 5 * (step / steps) ** 3 : 1);
    lookahead.copyTo();
  }
  console.log(
    `epoch ${epoch}  loss ${(sum / trainLoader.length).toFixed(4)}  ${process.uptime().toFixed(0)} s`,
  );
}

model.eval();
const classify = compile((x: Tensor) => noGrad(() => model.sixViews(x)), { precision });
const accuracy = new metrics.Accuracy();
for await (const [x, y] of testLoader) accuracy.update(classify(x), y);
console.log(`accuracy ${(100 * accuracy.compute()).toFixed(2)} %`);
