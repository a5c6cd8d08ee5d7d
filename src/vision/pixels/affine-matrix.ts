import type { ImageSize } from '../image.js';
import type { WarpMatrix } from './warp-matrix.js';

/** A point or an offset, in pixels. */
export type Point = readonly [x: number, y: number];

/** What an affine transform does to a picture, in the order shear, scale, rotate, translate. */
export interface AffineParams {
  /** Degrees, clockwise. */
  readonly angle: number;
  readonly translate: Point;
  readonly scale: number;
  /** Degrees along x and along y. */
  readonly shear: Point;
}

const radians = (degrees: number) => degrees * (Math.PI / 180);

/** The map from output to source pixels of an affine transform about `center`. */
export function affineMatrix(
  { angle, translate, scale, shear }: AffineParams,
  center: Point,
): WarpMatrix {
  const turn = radians(angle);
  const shearX = radians(shear[0]);
  const shearY = radians(shear[1]);
  const a = Math.cos(turn - shearY) / Math.cos(shearY);
  const b = (-Math.cos(turn - shearY) * Math.tan(shearX)) / Math.cos(shearY) - Math.sin(turn);
  const c = Math.sin(turn - shearY) / Math.cos(shearY);
  const d = (-Math.sin(turn - shearY) * Math.tan(shearX)) / Math.cos(shearY) + Math.cos(turn);
  const dx = -center[0] - translate[0];
  const dy = -center[1] - translate[1];
  const [m0, m1, m3, m4] = [d / scale, -b / scale, -c / scale, a / scale];
  return [m0, m1, m0 * dx + m1 * dy + center[0], m3, m4, m3 * dx + m4 * dy + center[1]];
}

/** A rotation ready to be applied: the map from output to source pixels and the size of the canvas. */
export interface Rotation extends ImageSize {
  readonly matrix: WarpMatrix;
}

/** A turn by `angle` degrees, counter-clockwise, about `center`; `expand` grows the canvas to hold all of the picture. */
export function rotation(
  { height, width }: ImageSize,
  angle: number,
  { center, expand }: { center: Point | null; expand: boolean },
): Rotation {
  const turn = -radians(angle);
  const [cx, cy] = center ?? [width / 2, height / 2];
  // Pillow rounds here, so that right angles come out exact.
  const cos = round15(Math.cos(turn));
  const sin = round15(Math.sin(turn));
  const x = (px: number, py: number) => cos * px + sin * py;
  const y = (px: number, py: number) => -sin * px + cos * py;
  const c = x(-cx, -cy) + cx;
  const f = y(-cx, -cy) + cy;
  if (!expand) return { height, width, matrix: [cos, sin, c, -sin, cos, f] };
  const corners: Point[] = [
    [0, 0],
    [width, 0],
    [width, height],
    [0, height],
  ];
  const newWidth = extent(corners.map((p) => x(...p) + c));
  const newHeight = extent(corners.map((p) => y(...p) + f));
  const shiftX = -(newWidth - width) / 2;
  const shiftY = -(newHeight - height) / 2;
  return {
    height: newHeight,
    width: newWidth,
    matrix: [cos, sin, x(shiftX, shiftY) + c, -sin, cos, y(shiftX, shiftY) + f],
  };
}

function extent(values: readonly number[]): number {
  return Math.ceil(Math.max(...values)) - Math.floor(Math.min(...values));
}

function round15(value: number): number {
  return Number(value.toFixed(15));
}
