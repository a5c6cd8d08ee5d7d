import '../../../../src/ops/index.js';
import { type Case, checkAgreement, given, randn } from './agreement.js';

const x = randn([2, 3, 4, 5], 1);
const labels = given([3, 4], [...Array(12).keys()], 'int32');
const part = { starts: [1, 0, 1, 0], ends: [2, 3, 4, 5], steps: [1, 2, 2, 1] };

checkAgreement([
  ...[
    [0, 1, 2, 3],
    [3, 2, 1, 0],
    [0, 2, 3, 1],
    [1, 0, 2, 3],
  ].map((dims): Case => ({ op: 'permute', attrs: { dims }, inputs: [x], blocks: [1, 4] })),
  { op: 'permute', attrs: { dims: [1, 0] }, inputs: [labels] },
  { op: 'permute', attrs: { dims: [1, 0] }, inputs: [randn([0, 3], 1)] },
  { op: 'permute', attrs: { dims: [1, 0] }, inputs: [randn([129, 257], 1)] },
  { op: 'expand', attrs: { shape: [5, 2, 7] }, inputs: [randn([2, 1], 1)] },
  { op: 'expand', attrs: { shape: [1023] }, inputs: [randn([], 1)] },
  { op: 'copy', inputs: [x, randn([3, 1, 5], 2)] },
  { op: 'copy', inputs: [x, randn([2, 3, 4, 5], 2)], blocks: [1, 4] },
  {
    op: 'cat',
    attrs: { dim: 1 },
    inputs: [x, randn([2, 1, 4, 5], 2), randn([2, 0, 4, 5], 3)],
    blocks: [1, 4],
  },
  { op: 'cat', attrs: { dim: 0 }, inputs: [labels, labels] },
  { op: 'slice', attrs: part, inputs: [x], blocks: [1, 4] },
  {
    op: 'sliceBackward',
    attrs: { ...part, shape: x.shape },
    inputs: [randn([1, 2, 2, 5], 4)],
    blocks: [1, 4],
  },
]);
