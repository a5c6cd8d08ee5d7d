/** Every optimizer of `optim` as a setting: its name and all its options, whose defaults are those of its class. */
import { z } from 'zod';
import { Adam, AdamW } from '../../optim/adam.js';
import type { Optimizer, Params } from '../../optim/optimizer.js';
import { RMSprop } from '../../optim/rmsprop.js';
import { SGD } from '../../optim/sgd.js';
import type { Tensor } from '../../tensor/tensor.js';
import { kept, nonNegative, positive } from './ranges.js';

const lr = (value: number) => positive().default(value).describe('learning rate');
const weightDecay = (value: number, what = 'L2 penalty') =>
  nonNegative().default(value).describe(what);
const momentum = () => kept().default(0).describe('share of the last step that is kept');
const eps = () =>
  nonNegative().default(1e-8).describe('added to the root of the mean square gradient');

const adam = {
  lr: lr(1e-3),
  betas: z
    .tuple([kept(), kept()])
    .default([0.9, 0.999])
    .describe('share that the mean gradient and the mean square gradient keep'),
  eps: eps(),
  amsgrad: z.boolean().default(false).describe('divide by the greatest mean square so far'),
};

export const optimizerSchema = z.discriminatedUnion('name', [
  z.strictObject({
    name: z.literal('sgd'),
    lr: lr(1e-3),
    momentum: momentum(),
    dampening: nonNegative().default(0).describe('share of the gradient that momentum leaves out'),
    weightDecay: weightDecay(0),
    nesterov: z.boolean().default(false).describe('look ahead; needs momentum, and no dampening'),
  }),
  z.strictObject({ name: z.literal('adam'), ...adam, weightDecay: weightDecay(0) }),
  z.strictObject({
    name: z.literal('adamw'),
    ...adam,
    weightDecay: weightDecay(1e-2, 'share of lr by which parameters shrink'),
  }),
  z.strictObject({
    name: z.literal('rmsprop'),
    lr: lr(1e-2),
    alpha: kept().default(0.99).describe('share that the mean square gradient keeps'),
    eps: eps(),
    weightDecay: weightDecay(0),
    momentum: momentum(),
    centered: z.boolean().default(false).describe("divide by the gradient's deviation"),
  }),
]);

export type OptimizerSetting = z.output<typeof optimizerSchema>;
export type OptimizerName = OptimizerSetting['name'];

/** The optimizer of these parameters. @throws ValueError for options that do not go together */
export function makeOptimizer(setting: OptimizerSetting, params: Params<object>): Optimizer {
  const tensors = params as Iterable<Tensor>; // what every optimizer takes
  switch (setting.name) {
    case 'sgd': {
      const { name: _, ...options } = setting;
      return new SGD(tensors, options);
    }
    case 'rmsprop': {
      const { name: _, ...options } = setting;
      return new RMSprop(tensors, options);
    }
    default: {
      const { name, ...options } = setting;
      return new (name === 'adam' ? Adam : AdamW)(tensors, options);
    }
  }
}
