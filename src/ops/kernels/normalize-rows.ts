/**
 * Layer norm and group norm are one computation: rows of elements, each normalised by its own mean and deviation. They
 * differ in which weight an element meets, which `RowLayout` says.
 */
import type { NdArray } from '../../graph/op.js';

export interface RowLayout {
  readonly rows: number;
  /** Rows r and r + period meet the same weights. */
  readonly period: number;
  /** Weights that a row meets, each for `spread` neighbouring elements. */
  readonly weights: number;
  readonly spread: number;
}

/** y = (x − mean) · rstd · weight + bias with rstd = 1 / √(var + ε), per row. */
export function normalizeRows(
  { rows, period, weights, spread }: RowLayout,
  [x, weight, bias]: readonly [NdArray, NdArray, NdArray],
  [y, mean, rstd]: readonly [NdArray, NdArray, NdArray],
  eps: number,
): void {
  const size = weights * spread;
  for (let row = 0; row < rows; row++) {
    const from = row * size;
    let sum = 0;
    for (let i = from; i < from + size; i++) sum += x.data[i] as number;
    const center = sum / size;
    let squares = 0;
    for (let i = from; i < from + size; i++) squares += ((x.data[i] as number) - center) ** 2;
    const scale = 1 / Math.sqrt(squares / size + eps);
    mean.data[row] = center;
    rstd.data[row] = scale;
    const first = (row % period) * weights;
    let i = from;
    for (let k = first; k < first + weights; k++) {
      const slope = scale * (weight.data[k] as number);
      const shift = bias.data[k] as number;
      for (let end = i + spread; i < end; i++)
        y.data[i] = ((x.data[i] as number) - center) * slope + shift;
    }
  }
}

/** With x̂ = (x − mean) · rstd and g = dy · weight: dx = rstd · (g − mean(g) − x̂ · mean(g · x̂)) per row. */
export function normalizeRowsBackward(
  { rows, period, weights, spread }: RowLayout,
  [dy, x, weight, mean, rstd]: readonly [NdArray, NdArray, NdArray, NdArray, NdArray],
  [dx, dweight, dbias]: readonly [NdArray, NdArray, NdArray],
): void {
  const size = weights * spread;
  const weightSums = new Float64Array(dweight.data.length);
  const biasSums = new Float64Array(dbias.data.length);
  for (let row = 0; row < rows; row++) {
    const center = mean.data[row] as number;
    const scale = rstd.data[row] as number;
    const first = (row % period) * weights;
    let sum = 0;
    let products = 0;
    let i = row * size;
    for (let k = first; k < first + weights; k++) {
      let gradients = 0;
      let correlation = 0;
      for (let end = i + spread; i < end; i++) {
        const g = dy.data[i] as number;
        gradients += g;
        correlation += g * ((x.data[i] as number) - center) * scale;
      }
      biasSums[k] = (biasSums[k] as number) + gradients;
      weightSums[k] = (weightSums[k] as number) + correlation;
      sum += gradients * (weight.data[k] as number);
      products += correlation * (weight.data[k] as number);
    }
    i = row * size;
    for (let k = first; k < first + weights; k++) {
      const factor = weight.data[k] as number;
      for (let end = i + spread; i < end; i++) {
        const normal = ((x.data[i] as number) - center) * scale;
        dx.data[i] =
          scale * ((dy.data[i] as number) * factor - sum / size - (normal * products) / size);
      }
    }
  }
  dweight.data.set(weightSums);
  dbias.data.set(biasSums);
}
