/** Optimizer steps: a parameter and its state updated in one pass. */
import { numel } from '../../../core/shape.js';
import type {
  AdamStepAttrs,
  RmspropStepAttrs,
  SgdStepAttrs,
} from '../../../graph/attrs/training.js';
import { operands } from '../../../graph/op.js';
import { lowering } from '../../compiler/lowering.js';
import type { Lowerings } from '../../compiler/target.js';

const sgdStep = lowering<SgdStepAttrs>((node, context) => {
  const [param, buffer, grad, lr, constants, step] = operands(node.inputs);
  const [newParam, newBuffer] = operands(node.outputs);
  context.emit('sgdStep', {
    param: context.input(param),
    buffer: context.input(buffer),
    grad: context.input(grad),
    lr: context.input(lr),
    step: context.input(step),
    constants: context.input(constants),
    newParam: context.output(newParam),
    newBuffer: context.output(newBuffer),
    count: numel(param.shape),
    nesterov: node.attrs.nesterov,
  });
  return true;
});

const sgdStepPlain = lowering((node, context) => {
  const [param, grad, lr, constants] = operands(node.inputs);
  const [newParam] = operands(node.outputs);
  context.emit('sgdStep', {
    param: context.input(param),
    grad: context.input(grad),
    lr: context.input(lr),
    constants: context.input(constants),
    newParam: context.output(newParam),
    count: numel(param.shape),
    ...{ buffer: undefined, newBuffer: undefined, step: undefined, nesterov: false },
  });
  return true;
});

const adamStep = lowering<AdamStepAttrs>((node, context) => {
  const [param, m, v, grad, lr, constants, step] = operands(node.inputs);
  const [newParam, newM, newV] = operands(node.outputs);
  context.emit('adamStep', {
    param: context.input(param),
    m: context.input(m),
    v: context.input(v),
    grad: context.input(grad),
    lr: context.input(lr),
    constants: context.input(constants),
    step: context.input(step),
    newParam: context.output(newParam),
    newM: context.output(newM),
    newV: context.output(newV),
    count: numel(param.shape),
    decoupled: node.attrs.decoupled,
    ...{ greatest: undefined, newGreatest: undefined },
  });
  return true;
});

const adamStepAmsgrad = lowering<AdamStepAttrs>((node, context) => {
  const [param, m, v, greatest, grad, lr, constants, step] = operands(node.inputs);
  const [newParam, newM, newV, newGreatest] = operands(node.outputs);
  context.emit('adamStepAmsgrad', {
    param: context.input(param),
    m: context.input(m),
    v: context.input(v),
    greatest: context.input(greatest),
    grad: context.input(grad),
    lr: context.input(lr),
    constants: context.input(constants),
    step: context.input(step),
    newParam: context.output(newParam),
    newM: context.output(newM),
    newV: context.output(newV),
    newGreatest: context.output(newGreatest),
    count: numel(param.shape),
    decoupled: node.attrs.decoupled,
  });
  return true;
});

const rmspropStep = lowering<RmspropStepAttrs>((node, context) => {
  const { momentum, centered } = node.attrs;
  const [param, v, buffer, mean, grad, lr, constants] = operands(node.inputs);
  const [newParam, newV, newBuffer, newMean] = operands(node.outputs);
  const read = {
    param: context.input(param),
    v: context.input(v),
    buffer: context.input(buffer),
    mean: context.input(mean),
    grad: context.input(grad),
    lr: context.input(lr),
    constants: context.input(constants),
  };
  const written = {
    newParam: context.output(newParam),
    newV: context.output(newV),
    newBuffer: context.output(newBuffer),
    newMean: context.output(newMean),
  };
  context.emit('rmspropStep', {
    ...{ ...read, ...written },
    ...(momentum ? {} : { buffer: undefined, newBuffer: undefined }),
    ...(centered ? {} : { mean: undefined, newMean: undefined }),
    count: numel(param.shape),
  });
  return true;
});

export const optimizerLowerings: Lowerings = {
  sgdStep,
  sgdStepPlain,
  adamStep,
  adamStepAmsgrad,
  rmspropStep,
};
