import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasReferenceBlas } from '../../bench/contestants/pytorch-here.js';

const torch =
  '7f01-7f02 r-xp 0000 00:18 41 /usr/lib/python3/dist-packages/torch/lib/libtorch_cpu.so';
const open = '7f03-7f04 r-xp 0000 00:18 42 /usr/lib/x86_64-linux-gnu/openblas-openmp/libblas.so.3';
const core =
  '7f05-7f06 r-xp 0000 00:18 43 /usr/lib/x86_64-linux-gnu/openblas-openmp/libopenblasp-r0.3.21.so';
const reference = '7f07-7f08 r-xp 0000 00:18 44 /usr/lib/x86_64-linux-gnu/blas/libblas.so.3.11.0';

test('the reference BLAS is told from others by where it lies, also beside one that came with LAPACK', () => {
  assert.equal(hasReferenceBlas([torch, open, core, '']), false);
  assert.equal(hasReferenceBlas([torch, reference, '']), true);
  assert.equal(hasReferenceBlas([torch, reference, core, '']), true);
  assert.equal(hasReferenceBlas([torch, '']), false); // It has one inside, as PyTorch's own packages do.
});
