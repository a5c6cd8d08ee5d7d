/** The tutorial on learning rates as a study: two rates and three depths in one table and one picture. */
import { writeFile } from 'node:fs/promises';
import { data, manualSeed, nn, optim, report, train, vision } from 'wick';

const { transforms, datasets } = vision;
const seed = Number(process.env.SEED ?? 0);
const most = Number(process.env.EPOCHS ?? 10);

const transform = new transforms.Compose([
  new transforms.Pad(4),
  new transforms.Resize([32, 32]),
  new transforms.ToTensor(),
  new transforms.Normalize([0.5, 0.5, 0.5], [0.5, 0.5, 0.5]),
]);
// The study chooses, so it looks at a part held out of the training set: the fifth batch.
const all = await datasets.CIFAR10.open(process.env.CIFAR10, { transform });
const indices = [...Array(all.length).keys()];
const trained = Math.floor((4 / 5) * all.length);
const trainingData = new data.Subset(all, indices.slice(0, trained));
const validationData = new data.Subset(all, indices.slice(trained));

function cnn(depth: number): nn.Module {
  const layers: nn.Module[] = [];
  let [channels, side] = [3, 32];
  for (let block = 0; block < depth; block++) {
    const outChannels = 16 * 2 ** block;
    layers.push(new nn.Conv2d(channels, outChannels, 5, { stride: 1, padding: 2 }));
    layers.push(new nn.BatchNorm2d(outChannels), new nn.ReLU(), new nn.MaxPool2d(2));
    [channels, side] = [outChannels, side / 2];
  }
  return new nn.Sequential(...layers, new nn.Flatten(), new nn.Linear(side * side * channels, 10));
}

async function learn(learningRate: number, depth: number, epochs: number, group: number) {
  manualSeed(seed);
  const model = cnn(depth);
  const points: { epoch: number; loss: number; accuracy: number }[] = [];
  const trainer = new train.Trainer({
    model,
    optimizer: new optim.Adam(model.parameters(), { lr: learningRate }),
    trainLoader: new data.DataLoader(trainingData, { batchSize: 32, shuffle: true, seed }),
    testLoader: new data.DataLoader(validationData, { batchSize: 500 }),
    epochs,
    callbacks: [{ onEpoch: ({ epoch, heldOut }) => void points.push({ epoch, ...heldOut }) }],
  });
  await trainer.fit();
  const name = `lr ${learningRate}, ${depth} blocks`;
  const percent = points.map(({ accuracy }) => `${(100 * accuracy).toFixed(1)} %`);
  console.log(`| ${name} | ${epochs} | ${percent.at(-1)} | ${percent.join(', ')} |`);
  return { name, group, points };
}

console.log('| training | epochs | accuracy | after each epoch |\n|---|---|---|---|');
const curves = [await learn(0.1, 2, most, 0)];
for (const depth of [2, 3, 4]) curves.push(await learn(0.001, depth, Math.min(most, 5), depth - 1));

const picture = process.env.PICTURE ?? 'cifar10-lr.svg';
await writeFile(picture, report.compareSvg(curves, 'CIFAR-10: learning rate and depth'));
console.log(`the curves are in ${picture}`);
