// Programs in TypeScript that use the packed package, checked as their authors check them: nothing skipped.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A program for Node, under NodeNext; it is compiled to `main.js`. */
const program = `import { compile, nn, noGrad, report, tensor, type Tensor, vision, zeros } from 'wick';
import { TensorDataset } from 'wick/data';
import { loadSafetensors } from 'wick/io';
import { Accuracy } from 'wick/metrics';
import { Linear, type Module } from 'wick/nn';
import { Adam } from 'wick/optim';
import { summary } from 'wick/report';
import { evaluate, type Evaluation } from 'wick/runs';
import { Trainer } from 'wick/train';
import { models } from 'wick/vision';

const model = vision.models.mnistCnn({ numClasses: 10 });
const classify = compile((x: Tensor) => noGrad(() => model(x)));
const y: Tensor = classify(zeros(1, 1, 28, 28));
const loss = new nn.CrossEntropyLoss()(y, tensor([3], { dtype: 'int32' }));
const scores = { loss: loss.item(), accuracy: 0.5 };
console.log(report.formatSummary(report.summarize(model, [1, 1, 28, 28])).length, scores);
const layer: Module = new Linear(2, 1);
const optimizer = new Adam(layer.parameters());
const mean: number = new nn.Linear(2, 1).weight.mean().item();
const { accuracy }: Evaluation = await evaluate('runs/digits-1');
const known = [TensorDataset, loadSafetensors, Accuracy, summary, Trainer, models.resnet18];
console.log(layer instanceof nn.Linear, optimizer.lr, mean < 1, accuracy > 0, known.length);
`;

/** A page, with a browser's types and without Node's. */
const page = `import { Classifier, data, optim, type Prediction, saveModel, train, vision } from 'wick/browser';

const [image, canvas, video] = [new Image(), document.createElement('canvas'), document.createElement('video')];
const model = await Classifier.load(new URL('model.wick', location.href), {
  onProgress: ({ bytes, total }) => console.log(bytes, total ?? '?'),
});
const found: readonly Prediction[] = await model.predict(image, { top: 3, signal: AbortSignal.timeout(1000) });
for (const picture of [canvas, video, new ImageData(1, 1), new Blob(), await createImageBitmap(image)])
  await model.predict(picture);
const set = await vision.datasets.PictureSet.read([image, canvas], [0, 1], ['a', 'b']);
const loader = new data.DataLoader(set, { batchSize: 2, shuffle: true });
const network = vision.models.mnistCnn({ numClasses: 2 });
const optimizer = new optim.Adam(network.parameters());
await new train.Trainer({ model: network, optimizer, trainLoader: loader, testLoader: loader, epochs: 1 }).fit();
const architecture = { name: 'mnistCnn', options: { numClasses: 2 } };
const transform = new vision.transforms.ToTensor();
const file: Blob = await saveModel(network, { architecture, inputShape: [1, 28, 28], classes: set.classes, transform });
console.log(found[0]?.label, file.size);
`;

const strict = ['--strict', '--skipLibCheck', 'false', '--target', 'es2023'];

/** @throws for the first error that the compiler tells */
export function checkTypes(project, root, run) {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  writeFileSync(join(project, 'main.ts'), program);
  writeFileSync(join(project, 'page.ts'), page);
  const node = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')];
  run(process.execPath, [tsc, ...strict, '--module', 'nodenext', ...node, 'main.ts']);
  const bundler = ['--module', 'esnext', '--moduleResolution', 'bundler', '--noEmit'];
  const browser = ['--lib', 'es2023,dom,dom.iterable,esnext.disposable', '--types', ''];
  run(process.execPath, [tsc, ...strict, ...bundler, ...node, 'main.ts']);
  run(process.execPath, [tsc, ...strict, ...bundler, ...browser, 'page.ts']);
  return 'types: strict, nothing skipped: NodeNext, Bundler, and Bundler without the types of Node';
}
