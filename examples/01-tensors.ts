/** Tensors and gradients: the first half hour of any PyTorch tutorial. */
import { linspace, manualSeed, noGrad, ones, randn, tensor, zeros } from 'wick';

const a = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);
console.log(String(a));
console.log(a.shape, a.dtype, a.sum().item());
console.log(String(a.mul(10).add(ones([3])))); // broadcasting
console.log(String(a.at(null, [1, null]))); // a[:, 1:]

// squeeze drops dimensions of size 1
const x = zeros([2, 1, 2, 1, 2]);
console.log(x.squeeze().shape, x.squeeze(0).shape, x.squeeze(1).shape);

// d/dw Σ (w·x)² = 2w·Σx²
const w = tensor(3, { requiresGrad: true });
const y = w
  .mul(tensor([1, 2]))
  .square()
  .sum();
y.backward();
console.log(w.grad?.item());

// A straight line through noisy points, by gradient descent.
manualSeed(0);
const t = linspace(0, 1, 50);
const points = t
  .mul(2)
  .add(1)
  .add(randn([50]).mul(0.05));
const slope = tensor(0, { requiresGrad: true });
const offset = tensor(0, { requiresGrad: true });
for (let step = 0; step < 200; step++) {
  const loss = slope.mul(t).add(offset).sub(points).square().mean();
  loss.backward();
  noGrad(() => {
    for (const p of [slope, offset]) {
      if (p.grad !== null) p.sub_(p.grad.mul(0.5));
      p.grad = null;
    }
  });
}
console.log(`y = ${slope.item().toFixed(2)}·t + ${offset.item().toFixed(2)}`);
