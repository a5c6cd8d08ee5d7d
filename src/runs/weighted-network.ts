import { allFinite } from '../core/all-finite.js';
import { withinBudget } from '../core/budget.js';
import { isFloat } from '../core/dtype.js';
import { CheckpointError, reasonOf, ShapeError } from '../core/errors.js';
import { quote } from '../core/outside-text.js';
import { formatShape, type Shape, sameShape } from '../core/shape.js';
import type { Module } from '../nn/module.js';
import { outputShape } from '../nn/output-shape.js';
import type { Tensor } from '../tensor/tensor.js';
import type { PageCard } from './page-card.js';
import type { StoredNames } from './scorer.js';

/** What making a network may need beside its parameters. */
const makingBytes = 2 ** 26;

/** Runs `make`, whose network may take no more memory than its weights do. */
export function withinWeights(weights: ReadonlyMap<string, Tensor>, make: () => Module): Module {
  let bytes = 0;
  for (const { data } of weights.values()) bytes += data.byteLength;
  // Parameters, and as much again while layers are put together.
  return withinBudget(2 * bytes + makingBytes, make);
}

/** Puts the weights into the network. @throws CheckpointError when they are of another */
export function loadWeights(
  network: Module,
  weights: ReadonlyMap<string, Tensor>,
  { weightsPath, cardName }: StoredNames,
): void {
  try {
    network.loadStateDict(weights);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new CheckpointError(weightsPath, `does not fit ${cardName} (${message})`, { cause });
  }
}

/** @throws CheckpointError for weights without a checksum, or with numbers that no training should leave */
export function requireSound(
  path: string,
  weights: ReadonlyMap<string, Tensor>,
  checked: boolean,
): void {
  if (!checked)
    throw new CheckpointError(
      path,
      'has no checksum, which all weights that wick writes have; it was changed, or written by an older version of wick',
    );
  for (const [name, tensor] of weights)
    if (isFloat(tensor.dtype) && !allFinite(tensor.data))
      throw new CheckpointError(
        path,
        `tensor ${quote(name)} holds NaN or ∞: the training went wrong, and the model can be of no use`,
      );
}

/** The network, which takes the inputs of its card and gives a score for each class. @throws ShapeError where it does not */
export function requireFits(
  network: Module,
  { architecture, inputShape, classes }: Pick<PageCard, 'architecture' | 'inputShape' | 'classes'>,
): Module {
  const input = [1, ...inputShape];
  const required = [1, classes.length];
  const fail = (found: string, cause?: unknown) =>
    new ShapeError(
      architecture.name,
      `given ${formatShape(input)}, ${found}; ${formatShape(required)} is required`,
      { cause },
    );
  let shape: Shape;
  try {
    shape = outputShape(network, input);
  } catch (cause) {
    throw fail(`it fails (${reasonOf(cause)})`, cause);
  }
  if (!sameShape(shape, required)) throw fail(`it gives ${formatShape(shape)}`);
  return network;
}
