/** Images made larger or smaller: `Resize`, and `Upsample` of version 9, whose rules are the oldest. */
import { dims4, formatShape, numel } from '../../../core/shape.js';
import {
  cubicMixing,
  linearMixing,
  type Mixing,
  mixedPixels,
  mixPixels,
  nearestPixels,
  type Place,
  pickPixels,
} from '../../../nn/resample.js';
import type { Tensor } from '../../../tensor/tensor.js';
import type { ImportedNode, Importers, Inputs } from '../node.js';
import { limited } from './number-arrays.js';

/**
 * Where new pixels lie, of `count` that are made of `size`. `old`: how many old pixels so many new ones are; the nearest pixel of a place
 * just below a whole number is another one, so scales count in float32, as ONNX Runtime has them.
 */
type Rule = (old: (pixels: number) => number, size: number, count: number) => Place;

const { fround } = Math;

const halfPixel: Rule = (old) => (i) => fround(old(i + 0.5) - 0.5);

const rules: Readonly<Record<string, Rule>> = {
  half_pixel: halfPixel,
  half_pixel_symmetric: (old, size, count) => {
    const offset = (size - old(count)) / 2;
    return (i) => fround(offset + old(i + 0.5) - 0.5);
  },
  pytorch_half_pixel: (old, size, count) => (count > 1 ? halfPixel(old, size, count) : () => 0),
  align_corners: (_, size, count) => (i) => (count > 1 ? (i * (size - 1)) / (count - 1) : 0),
  asymmetric: (old) => old,
};

const roundings: Readonly<Record<string, (place: number) => number>> = {
  round_prefer_floor: (place) => Math.ceil(place - 0.5),
  round_prefer_ceil: (place) => Math.floor(place + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

export const resizes: Importers = { Resize: resize, Upsample: resize };

function resize(node: ImportedNode): (inputs: Inputs) => Tensor {
  const { attributes, opset, fail } = node;
  const isOld = opset < 11;
  const rule = oneOf(
    node,
    rules,
    'coordinate_transformation_mode',
    isOld ? 'asymmetric' : 'half_pixel',
  );
  const make = pixelsOf(node, isOld ? 'floor' : 'round_prefer_floor');
  attributes.ignore('extrapolation_value'); // of crops alone
  attributes.require('exclude_outside', 0);
  attributes.require('antialias', 0);
  oneOf(node, { stretch: true }, 'keep_aspect_ratio_policy', 'stretch');
  const target = targetOf(node, isOld ? 1 : 2);

  return (inputs) => {
    const x = inputs.tensor(0);
    dims4('Resize', 'input', x.shape);
    const { sizes, old } = target(x, inputs);
    const along = (axis: number) => {
      const size = x.size(axis);
      const count = limited(sizes[axis] ?? 0);
      if (!(count >= 1)) throw fail(`makes ${count} pixels of ${size}`);
      return make.pixels(size, count, rule(old(axis, count), size, count));
    };
    return make.image(x, along(2), along(3));
  };
}

/** How new pixels are made of old ones along an axis, and an image of those of both. */
function pixelsOf(node: ImportedNode, usualRounding: string) {
  const round = oneOf(node, roundings, 'nearest_mode', usualRounding);
  const cubic = cubicMixing(node.attributes.float('cubic_coeff_a', -0.75));
  const mixings: Readonly<Record<string, Mixing | null>> = {
    nearest: null,
    linear: linearMixing,
    cubic,
  };
  const mixing = oneOf(node, mixings, 'mode', 'nearest');
  return {
    pixels: (size: number, count: number, at: Place) =>
      mixing === null
        ? nearestPixels(size, count, at, round)
        : mixedPixels(size, count, at, mixing),
    image: mixing === null ? pickPixels : mixPixels,
  };
}

/** The sizes that an image becomes, and how many times as large it is by that. */
function targetOf({ attributes, numbers, fail }: ImportedNode, scalesAt: number) {
  const axes = attributes.ints('axes');
  const known = numbers(scalesAt);
  return (x: Tensor, inputs: Inputs) => {
    const hasScales = inputs.has(scalesAt) && numel(inputs.value(scalesAt).shape) > 0;
    const given = hasScales ? (known ?? inputs.numbers(scalesAt)) : inputs.numbers(3);
    const all = forAll(given, axes, hasScales ? [1, 1, 1, 1] : x.shape);
    const sizes = hasScales
      ? x.shape.map((size, d) => Math.floor(fround(size * (all[d] ?? 0))))
      : all;
    if (all.length !== 4 || sizes[0] !== x.shape[0] || sizes[1] !== x.shape[1])
      throw fail(
        `makes ${formatShape(sizes)} of ${formatShape(x.shape)}; height and width alone may change`,
      );
    const old = (axis: number, count: number) => (pixels: number) =>
      hasScales ? fround(pixels / (all[axis] ?? 1)) : (pixels * (x.shape[axis] ?? 1)) / count;
    return { sizes, old };
  };
}

/** What is given of some axes, for all of them. */
function forAll(
  given: readonly number[],
  axes: readonly number[] | undefined,
  others: readonly number[],
): readonly number[] {
  if (axes === undefined || axes.length !== given.length) return given;
  const places = axes.map((axis) => (axis < 0 ? axis + others.length : axis));
  return others.map((other, d) => given[places.indexOf(d)] ?? other);
}

function oneOf<T>(
  { attributes, fail }: ImportedNode,
  table: Readonly<Record<string, T>>,
  name: string,
  otherwise: string,
): T {
  const value = attributes.text(name, otherwise);
  const found = Object.hasOwn(table, value) ? table[value] : undefined;
  if (found !== undefined) return found;
  throw fail(`has ${name}='${value}', of which ${Object.keys(table).join(', ')} are read`);
}
