/**
 * What ResNet-18's training step runs, as text under version control: a change of passes, layouts or fusion shows in its
 * diff. `UPDATE=1` in the environment writes it anew.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { after, before, test } from 'node:test';
import { openWasmEngine, type WasmEngine } from '../../src/engine/wasm/wasm.js';
import { compile, nn, optim, type Tensor, useEngine, zeros } from '../../src/index.js';
import { resnet18 } from '../../src/vision/models/resnet.js';
import { dryEngine } from './dry-engine.js';

const path = 'test/compile/snapshots/resnet18.txt'; // tests run in the repository's root

let wasm: WasmEngine;
let program: string;

before(() => {
  wasm = openWasmEngine({ threads: 2 });
  useEngine(dryEngine(wasm));
  const model = resnet18();
  const optimizer = new optim.Adam(model.parameters());
  const step = compile((x: Tensor, y: Tensor) => {
    optimizer.zeroGrad();
    const loss = nn.functional.crossEntropy(model.forward(x), y);
    loss.backward();
    optimizer.step();
    return loss;
  });
  step(zeros([16, 3, 224, 224]), zeros([16], { dtype: 'int32' }));
  program = step.program;
});
after(() => wasm.stop());

test('the program of ResNet-18’s training step is the committed one', () => {
  if (process.env.UPDATE === '1') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${program}\n`);
  }
  assert.equal(`${program}\n`, readFileSync(path, 'utf8'), 'UPDATE=1 writes the new program');
});
