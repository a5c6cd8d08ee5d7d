/**
 * Output pixel centre (x, y) → source point ((a·x + b·y + c) / w, (d·x + e·y + f) / w), w = g·x + h·y + 1.
 * Six numbers are an affine map: g = h = 0.
 */
export type WarpMatrix = readonly number[];
