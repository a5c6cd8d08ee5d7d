/**
 * Tensors as text, character for character as PyTorch prints them: four digits, scientific notation where the numbers
 * differ too much, the middle left out above 1,000 elements, lines of 80 characters.
 */
import type { TypedArray } from '../core/dtype.js';
import { isFloat } from '../core/dtype.js';
import { stridesOf } from '../core/shape.js';
import { gradFnName } from './grad-fn-name.js';
import { Parameter } from './parameter.js';
import { Tensor } from './tensor.js';

const precision = 4;
const threshold = 1000;
const edgeItems = 3;
const lineWidth = 80;
const prefix = 'tensor(';

declare module './tensor.js' {
  interface Tensor {
    /** The values as PyTorch prints them. @throws CaptureError in a step that is being captured */
    toString(): string;
  }
}

Tensor.prototype.toString = function () {
  return formatTensor(this);
};

/** `console.log(tensor)` prints the same in Node. */
Object.defineProperty(Tensor.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  configurable: true,
  value(this: Tensor) {
    return this.toString();
  },
});

function formatTensor(x: Tensor): string {
  const data = x.storage.read('toString()');
  const suffixes = suffixesOf(x);
  const text = `${prefix}${x.numel() === 0 ? '[]' : formatValues(x, data)}`;
  const title = x instanceof Parameter ? 'Parameter containing:\n' : '';
  return `${title}${withSuffixes(text, suffixes)}`;
}

function suffixesOf(x: Tensor): string[] {
  const suffixes: string[] = [];
  if (x.numel() === 0 && x.ndim !== 1) suffixes.push(`size=(${x.shape.join(', ')})`);
  // float32 goes without saying, and so do int32 and bool where there is an element to tell them by.
  const told = x.numel() > 0 && (x.dtype === 'int32' || x.dtype === 'bool');
  if (x.dtype !== 'float32' && !told) suffixes.push(`dtype=torch.${x.dtype}`);
  if (x.gradFn !== null) suffixes.push(`grad_fn=<${gradFnName(x.gradFn, x)}>`);
  else if (x.requiresGrad) suffixes.push('requires_grad=True');
  return suffixes;
}

function withSuffixes(text: string, suffixes: readonly string[]): string {
  let result = text;
  let lastLine = text.length - text.lastIndexOf('\n') + 1;
  for (const suffix of suffixes) {
    if (lastLine + suffix.length + 2 > lineWidth) {
      result += `,\n${' '.repeat(prefix.length)}${suffix}`;
      lastLine = prefix.length + suffix.length;
    } else {
      result += `, ${suffix}`;
      lastLine += suffix.length + 2;
    }
  }
  return `${result})`;
}

function formatValues({ shape, dtype, ndim }: Tensor, data: TypedArray): string {
  const summarize = data.length > threshold;
  const strides = stridesOf(shape);

  /** The positions along a dimension that are shown; null stands for those left out. */
  const shown = (size: number): (number | null)[] => {
    const all = Array.from({ length: size }, (_, i) => i);
    if (!summarize || size <= 2 * edgeItems) return all;
    return [...all.slice(0, edgeItems), null, ...all.slice(-edgeItems)];
  };
  const visible = (depth: number, offset: number): number[] => {
    if (depth === ndim) return [data[offset] ?? 0];
    const stride = strides[depth] ?? 1;
    return shown(shape[depth] ?? 1).flatMap((i) =>
      i === null ? [] : visible(depth + 1, offset + i * stride),
    );
  };

  const style = isFloat(dtype)
    ? floatStyle(visible(0, 0))
    : wholeStyle(visible(0, 0), dtype === 'bool');
  const element = (offset: number) => style.format(data[offset] ?? 0).padStart(style.width);

  const vector = (offset: number, indent: number): string => {
    const perLine = Math.max(1, Math.floor((lineWidth - indent) / (style.width + 2)));
    const items = shown(shape[ndim - 1] ?? 1).map((i) =>
      i === null ? ' ...' : element(offset + i),
    );
    const lines: string[] = [];
    for (let i = 0; i < items.length; i += perLine)
      lines.push(items.slice(i, i + perLine).join(', '));
    return `[${lines.join(`,\n${' '.repeat(indent + 1)}`)}]`;
  };
  const nested = (depth: number, offset: number, indent: number): string => {
    if (depth === ndim) return element(offset);
    if (depth === ndim - 1) return vector(offset, indent);
    const stride = strides[depth] ?? 1;
    const slices = shown(shape[depth] ?? 1).map((i) =>
      i === null ? '...' : nested(depth + 1, offset + i * stride, indent + 1),
    );
    const separator = `,${'\n'.repeat(ndim - depth - 1)}${' '.repeat(indent + 1)}`;
    return `[${slices.join(separator)}]`;
  };
  return nested(0, 0, prefix.length);
}

/** How the elements of one tensor are written: all alike. */
interface Style {
  format(value: number): string;
  readonly width: number;
}

function wholeStyle(values: readonly number[], isBool: boolean): Style {
  const format = (value: number) => (isBool ? (value === 0 ? 'False' : 'True') : String(value));
  return { format, width: longest(values, format) };
}

function floatStyle(values: readonly number[]): Style {
  const usual = values.filter((value) => Number.isFinite(value) && value !== 0);
  const sizes = usual.map(Math.abs);
  const largest = sizes.reduce((a, b) => Math.max(a, b), 0);
  const smallest = sizes.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const whole = usual.every(Number.isInteger);
  const scientific =
    usual.length > 0 && (largest / smallest > 1000 || largest > 1e8 || (!whole && smallest < 1e-4));
  const format = (value: number) => {
    if (!Number.isFinite(value)) return nonFinite(value);
    if (scientific) return exponential(value);
    return whole ? `${fixed(value, 0)}.` : fixed(value, precision);
  };
  // Only what is neither 0 nor infinite decides on the width, as in PyTorch.
  return { format, width: longest(usual, format) };
}

function longest(values: readonly number[], format: (value: number) => string): number {
  return values.reduce((width, value) => Math.max(width, format(value).length), 1);
}

function nonFinite(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  return value > 0 ? 'inf' : '-inf';
}

/** With `digits` decimals; exact halves go to the even neighbour (as C does, and `toFixed` does not). */
function fixed(value: number, digits: number): string {
  const text = halfEven(value.toFixed(digits), value.toFixed(60), digits);
  return Object.is(value, -0) ? `-${text}` : text;
}

/** In scientific notation, the exponent of at least two digits. */
function exponential(value: number): string {
  const [mantissa = '', exponent = '0'] = value.toExponential(precision).split('e');
  const [exact = ''] = value.toExponential(60).split('e');
  const power = Math.abs(Number(exponent)).toString().padStart(2, '0');
  const sign = Object.is(value, -0) ? '-' : '';
  return `${sign}${halfEven(mantissa, exact, precision)}e${Number(exponent) < 0 ? '-' : '+'}${power}`;
}

/** `rounded`, or `exact` cut off where it is half-way between an even and an odd last digit. */
function halfEven(rounded: string, exact: string, digits: number): string {
  const end = exact.indexOf('.') + 1 + digits;
  const cut = exact.slice(0, digits === 0 ? end - 1 : end);
  const isHalf = /^50*$/.test(exact.slice(end));
  return isHalf && Number(cut.at(-1)) % 2 === 0 ? cut : rounded;
}
