/** The ops of training steps as nodes of ONNX: those that the steps of `bench/workloads.ts` are made of. */
import {
  epsilonOf,
  type Lowering,
  type Lowerings,
  leftOut,
  oneHot,
  othersThanChannels,
  perChannel,
} from '../../src/export/onnx-lowering.js';
import { inferenceOps } from '../../src/export/ops/inference.js';
import { writeMaxPool } from '../../src/export/ops/pooling.js';
import type { Value } from '../../src/graph/graph.js';
import { operands } from '../../src/graph/op.js';
import { gradients } from './onnx-gradients.js';

/** A scalar input of files with dropout: 1, or 0 to let everything through. */
export const dropoutSwitch = 'dropout';

/** The ops of one step's file. */
export function trainingOps(): Lowerings {
  return { ...inferenceOps, ...gradients, ...forward, dropout: dropoutOp() };
}

const forward: Lowerings = {
  maxPool2d: writeMaxPool,
  nextKey: leftOut, // ONNX's Dropout draws by itself.

  lerp({ file, name }, { inputs, outputs }) {
    const [a = '', b = '', weight = ''] = inputs.map(name);
    const part = file.node('Mul', [file.node('Sub', [b, a]), weight]);
    file.node('Add', [a, part], {}, outputs.map(name));
  },

  batchNorm({ file, name }, { inputs, outputs, attrs }) {
    const [x, weight, bias] = operands(inputs);
    const [y, mean, variance] = operands(outputs);
    const axes = file.integers(othersThanChannels(x));
    file.node('ReduceMean', [name(x), axes], { keepdims: 0 }, [name(mean)]);
    const center = file.node('Reshape', [name(mean), file.integers(perChannel(x))]);
    const centered = file.node('Sub', [name(x), center]);
    const square = file.node('Mul', [centered, centered]);
    file.node('ReduceMean', [square, axes], { keepdims: 0 }, [name(variance)]);
    const operandsOfOp = [x, weight, bias, mean, variance].map(name);
    file.node('BatchNormalization', operandsOfOp, epsilonOf({ attrs }), [name(y)]);
  },

  crossEntropy(target, { inputs, outputs }) {
    const { file, name } = target;
    const [logits, labels] = operands(inputs);
    const [loss, logProbabilities] = operands(outputs);
    const [batch = 1, classes = 1] = logits.shape;
    file.node('LogSoftmax', [name(logits)], { axis: 1 }, [name(logProbabilities)]);
    const ofLabels = file.node('Mul', [name(logProbabilities), oneHot(target, labels, classes)]);
    const total = file.node('ReduceSum', [ofLabels], { keepdims: 0 });
    file.node('Mul', [total, file.scalar(-1 / batch)], {}, [name(loss)]);
  },
};

/** Dropout of one file: a gradient applies its op's mask again, which both know by their key. */
function dropoutOp(): Lowering {
  const masks = new Map<Value, string>();
  return ({ file, name }, { inputs, outputs, attrs }) => {
    const { p } = attrs as { p: number };
    const [x, key] = operands(inputs);
    if (masks.size === 0) file.input(dropoutSwitch, 'float32', []);
    const ratio = file.node('Mul', [file.scalar(p), dropoutSwitch]);
    const mask = masks.get(key);
    if (mask === undefined) {
      const drawn = file.fresh();
      masks.set(key, drawn);
      const training = file.flag(true);
      file.node('Dropout', [name(x), ratio, training], {}, [...outputs.map(name), drawn]);
      return;
    }
    const kept = file.node('Sub', [file.scalar(1), ratio]);
    const scale = file.node('Div', [file.node('Cast', [mask], { to: 1 }), kept]);
    file.node('Mul', [name(x), scale], {}, outputs.map(name));
  };
}
