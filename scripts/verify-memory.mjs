// Trains eagerly in one synchronous loop and watches the process: memory must stay flat.
//   node scripts/verify-memory.mjs [STEPS]          (npm run verify:memory)
import { manualSeed, nn, optim, rand, randint, vision } from '../dist/src/index.js';

const steps = Number(process.argv[2] ?? 2000);
manualSeed(0);
const model = vision.models.mnistCnn();
const optimizer = new optim.Adam(model.parameters());
const x = rand([32, 1, 28, 28]);
const y = randint(10, [32]);
const quarter = Math.floor(steps / 4);
const peaks = [0, 0, 0, 0];
for (let step = 0; step < quarter * 4; step++) {
  optimizer.zeroGrad();
  nn.functional.crossEntropy(model.forward(x), y).backward();
  optimizer.step();
  const part = Math.floor(step / quarter);
  peaks[part] = Math.max(peaks[part], process.memoryUsage.rss());
}
const megabytes = peaks.map((bytes) => (bytes / 1e6).toFixed(1));
const growth = peaks[3] / peaks[2] - 1;
console.log(
  `${steps} eager steps; peak RSS by quarter: ${megabytes.join(', ')} MB; last quarter ${(100 * growth).toFixed(2)} %`,
);
process.exitCode = growth < 0.02 ? 0 : 1;
