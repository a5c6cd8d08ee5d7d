import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import * as nn from '../../src/nn/index.js';
import '../../src/ops/index.js';
import type { Tensor } from '../../src/tensor/tensor.js';

class Hidden extends nn.Module {
  readonly fc1 = new nn.Linear(2, 2);
  #fc2 = new nn.Linear(2, 2);
  #seen = new Map<string, number>();

  override forward(x: Tensor): Tensor {
    this.#seen.set('calls', (this.#seen.get('calls') ?? 0) + 1);
    return this.#fc2.forward(this.#double(this.fc1.forward(x)));
  }

  #double(x: Tensor): Tensor {
    return x.mul(2);
  }
}

test('a layer in a private field is spoken of when parameters are asked for, once', async () => {
  const said: string[] = [];
  const listen = ({ message }: Error) => said.push(message);
  process.on('warning', listen);
  const told = once(process, 'warning');
  assert.equal(new Hidden().parameters().length, 2);
  await told;
  new Hidden().parameters();
  new nn.Sequential(new nn.Linear(2, 2), new nn.ReLU()).parameters();
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', listen);
  assert.deepEqual(said, [
    'Hidden: #fc2 cannot be seen from outside the class, so layers there are neither trained nor saved; ' +
      "write 'private readonly fc2', or 'fc2'",
  ]);
});
