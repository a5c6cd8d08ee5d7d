// Printed by scripts/generate-tiles.mjs: change it there and run it again.
//
// Register tiles of P rows × W columns (W = 8 or 12 floats). Row p of the result is stored at y + p·yStep as
// max(sum + add[p·addStep], floor), where `add` is the bias (addStep 0) or y itself to accumulate; as the sum if it is 0.
import { madd } from './abi';

function tableTile1x8(x: usize, step: usize, table: usize, end: usize, w: usize, y: usize, yStep: usize, add: usize, addStep: usize, floor: f32): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  while (table < end) {
    const a0 = x + <usize>load<u32>(table);
    const b0 = v128.load(w);
    const b1 = v128.load(w, 16);
    let s: v128;
    s = v128.load_splat<f32>(a0);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    table += 4;
    w += 32;
  }
  if (add) {
    const low = f32x4.splat(floor);
    v128.store(y, f32x4.pmax(f32x4.add(c00, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c01, v128.load(add, 16)), low), 16);
  } else {
    v128.store(y, c00);
    v128.store(y, c01, 16);
  }
}

function tableTile2x8(x: usize, step: usize, table: usize, end: usize, w: usize, y: usize, yStep: usize, add: usize, addStep: usize, floor: f32): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  while (table < end) {
    const a0 = x + <usize>load<u32>(table);
    const a1 = a0 + step;
    const b0 = v128.load(w);
    const b1 = v128.load(w, 16);
    let s: v128;
    s = v128.load_splat<f32>(a0);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    s = v128.load_splat<f32>(a1);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    table += 4;
    w += 32;
  }
  if (add) {
    const low = f32x4.splat(floor);
    v128.store(y, f32x4.pmax(f32x4.add(c00, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c01, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c10, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c11, v128.load(add, 16)), low), 16);
  } else {
    v128.store(y, c00);
    v128.store(y, c01, 16);
    y += yStep;
    v128.store(y, c10);
    v128.store(y, c11, 16);
  }
}

function tableTile3x8(x: usize, step: usize, table: usize, end: usize, w: usize, y: usize, yStep: usize, add: usize, addStep: usize, floor: f32): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
  while (table < end) {
    const a0 = x + <usize>load<u32>(table);
    const a1 = a0 + step;
    const a2 = a1 + step;
    const b0 = v128.load(w);
    const b1 = v128.load(w, 16);
    let s: v128;
    s = v128.load_splat<f32>(a0);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    s = v128.load_splat<f32>(a1);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    s = v128.load_splat<f32>(a2);
    c20 = madd(s, b0, c20);
    c21 = madd(s, b1, c21);
    table += 4;
    w += 32;
  }
  if (add) {
    const low = f32x4.splat(floor);
    v128.store(y, f32x4.pmax(f32x4.add(c00, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c01, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c10, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c11, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c20, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c21, v128.load(add, 16)), low), 16);
  } else {
    v128.store(y, c00);
    v128.store(y, c01, 16);
    y += yStep;
    v128.store(y, c10);
    v128.store(y, c11, 16);
    y += yStep;
    v128.store(y, c20);
    v128.store(y, c21, 16);
  }
}

function tableTile4x8(x: usize, step: usize, table: usize, end: usize, w: usize, y: usize, yStep: usize, add: usize, addStep: usize, floor: f32): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  while (table < end) {
    const a0 = x + <usize>load<u32>(table);
    const a1 = a0 + step;
    const a2 = a1 + step;
    const a3 = a2 + step;
    const b0 = v128.load(w);
    const b1 = v128.load(w, 16);
    let s: v128;
    s = v128.load_splat<f32>(a0);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    s = v128.load_splat<f32>(a1);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    s = v128.load_splat<f32>(a2);
    c20 = madd(s, b0, c20);
    c21 = madd(s, b1, c21);
    s = v128.load_splat<f32>(a3);
    c30 = madd(s, b0, c30);
    c31 = madd(s, b1, c31);
    table += 4;
    w += 32;
  }
  if (add) {
    const low = f32x4.splat(floor);
    v128.store(y, f32x4.pmax(f32x4.add(c00, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c01, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c10, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c11, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c20, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c21, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c30, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c31, v128.load(add, 16)), low), 16);
  } else {
    v128.store(y, c00);
    v128.store(y, c01, 16);
    y += yStep;
    v128.store(y, c10);
    v128.store(y, c11, 16);
    y += yStep;
    v128.store(y, c20);
    v128.store(y, c21, 16);
    y += yStep;
    v128.store(y, c30);
    v128.store(y, c31, 16);
  }
}

function tableTile5x8(x: usize, step: usize, table: usize, end: usize, w: usize, y: usize, yStep: usize, add: usize, addStep: usize, floor: f32): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  let c40 = f32x4.splat(0), c41 = f32x4.splat(0);
  while (table < end) {
    const a0 = x + <usize>load<u32>(table);
    const a1 = a0 + step;
    const a2 = a1 + step;
    const a3 = a2 + step;
    const a4 = a3 + step;
    const b0 = v128.load(w);
    const b1 = v128.load(w, 16);
    let s: v128;
    s = v128.load_splat<f32>(a0);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    s = v128.load_splat<f32>(a1);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    s = v128.load_splat<f32>(a2);
    c20 = madd(s, b0, c20);
    c21 = madd(s, b1, c21);
    s = v128.load_splat<f32>(a3);
    c30 = madd(s, b0, c30);
    c31 = madd(s, b1, c31);
    s = v128.load_splat<f32>(a4);
    c40 = madd(s, b0, c40);
    c41 = madd(s, b1, c41);
    table += 4;
    w += 32;
  }
  if (add) {
    const low = f32x4.splat(floor);
    v128.store(y, f32x4.pmax(f32x4.add(c00, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c01, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c10, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c11, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c20, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c21, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c30, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c31, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c40, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c41, v128.load(add, 16)), low), 16);
  } else {
    v128.store(y, c00);
    v128.store(y, c01, 16);
    y += yStep;
    v128.store(y, c10);
    v128.store(y, c11, 16);
    y += yStep;
    v128.store(y, c20);
    v128.store(y, c21, 16);
    y += yStep;
    v128.store(y, c30);
    v128.store(y, c31, 16);
    y += yStep;
    v128.store(y, c40);
    v128.store(y, c41, 16);
  }
}

function tableTile6x8(x: usize, step: usize, table: usize, end: usize, w: usize, y: usize, yStep: usize, add: usize, addStep: usize, floor: f32): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  let c40 = f32x4.splat(0), c41 = f32x4.splat(0);
  let c50 = f32x4.splat(0), c51 = f32x4.splat(0);
  while (table < end) {
    const a0 = x + <usize>load<u32>(table);
    const a1 = a0 + step;
    const a2 = a1 + step;
    const a3 = a2 + step;
    const a4 = a3 + step;
    const a5 = a4 + step;
    const b0 = v128.load(w);
    const b1 = v128.load(w, 16);
    let s: v128;
    s = v128.load_splat<f32>(a0);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    s = v128.load_splat<f32>(a1);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    s = v128.load_splat<f32>(a2);
    c20 = madd(s, b0, c20);
    c21 = madd(s, b1, c21);
    s = v128.load_splat<f32>(a3);
    c30 = madd(s, b0, c30);
    c31 = madd(s, b1, c31);
    s = v128.load_splat<f32>(a4);
    c40 = madd(s, b0, c40);
    c41 = madd(s, b1, c41);
    s = v128.load_splat<f32>(a5);
    c50 = madd(s, b0, c50);
    c51 = madd(s, b1, c51);
    table += 4;
    w += 32;
  }
  if (add) {
    const low = f32x4.splat(floor);
    v128.store(y, f32x4.pmax(f32x4.add(c00, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c01, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c10, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c11, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c20, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c21, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c30, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c31, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c40, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c41, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c50, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c51, v128.load(add, 16)), low), 16);
  } else {
    v128.store(y, c00);
    v128.store(y, c01, 16);
    y += yStep;
    v128.store(y, c10);
    v128.store(y, c11, 16);
    y += yStep;
    v128.store(y, c20);
    v128.store(y, c21, 16);
    y += yStep;
    v128.store(y, c30);
    v128.store(y, c31, 16);
    y += yStep;
    v128.store(y, c40);
    v128.store(y, c41, 16);
    y += yStep;
    v128.store(y, c50);
    v128.store(y, c51, 16);
  }
}

function tableTile1x12(x: usize, step: usize, table: usize, end: usize, w: usize, y: usize, yStep: usize, add: usize, addStep: usize, floor: f32): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0), c02 = f32x4.splat(0);
  while (table < end) {
    const a0 = x + <usize>load<u32>(table);
    const b0 = v128.load(w);
    const b1 = v128.load(w, 16);
    const b2 = v128.load(w, 32);
    let s: v128;
    s = v128.load_splat<f32>(a0);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    c02 = madd(s, b2, c02);
    table += 4;
    w += 48;
  }
  if (add) {
    const low = f32x4.splat(floor);
    v128.store(y, f32x4.pmax(f32x4.add(c00, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c01, v128.load(add, 16)), low), 16);
    v128.store(y, f32x4.pmax(f32x4.add(c02, v128.load(add, 32)), low), 32);
  } else {
    v128.store(y, c00);
    v128.store(y, c01, 16);
    v128.store(y, c02, 32);
  }
}

function tableTile2x12(x: usize, step: usize, table: usize, end: usize, w: usize, y: usize, yStep: usize, add: usize, addStep: usize, floor: f32): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0), c02 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0), c12 = f32x4.splat(0);
  while (table < end) {
    const a0 = x + <usize>load<u32>(table);
    const a1 = a0 + step;
    const b0 = v128.load(w);
    const b1 = v128.load(w, 16);
    const b2 = v128.load(w, 32);
    let s: v128;
    s = v128.load_splat<f32>(a0);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    c02 = madd(s, b2, c02);
    s = v128.load_splat<f32>(a1);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    c12 = madd(s, b2, c12);
    table += 4;
    w += 48;
  }
  if (add) {
    const low = f32x4.splat(floor);
    v128.store(y, f32x4.pmax(f32x4.add(c00, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c01, v128.load(add, 16)), low), 16);
    v128.store(y, f32x4.pmax(f32x4.add(c02, v128.load(add, 32)), low), 32);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c10, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c11, v128.load(add, 16)), low), 16);
    v128.store(y, f32x4.pmax(f32x4.add(c12, v128.load(add, 32)), low), 32);
  } else {
    v128.store(y, c00);
    v128.store(y, c01, 16);
    v128.store(y, c02, 32);
    y += yStep;
    v128.store(y, c10);
    v128.store(y, c11, 16);
    v128.store(y, c12, 32);
  }
}

function tableTile3x12(x: usize, step: usize, table: usize, end: usize, w: usize, y: usize, yStep: usize, add: usize, addStep: usize, floor: f32): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0), c02 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0), c12 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0), c22 = f32x4.splat(0);
  while (table < end) {
    const a0 = x + <usize>load<u32>(table);
    const a1 = a0 + step;
    const a2 = a1 + step;
    const b0 = v128.load(w);
    const b1 = v128.load(w, 16);
    const b2 = v128.load(w, 32);
    let s: v128;
    s = v128.load_splat<f32>(a0);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    c02 = madd(s, b2, c02);
    s = v128.load_splat<f32>(a1);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    c12 = madd(s, b2, c12);
    s = v128.load_splat<f32>(a2);
    c20 = madd(s, b0, c20);
    c21 = madd(s, b1, c21);
    c22 = madd(s, b2, c22);
    table += 4;
    w += 48;
  }
  if (add) {
    const low = f32x4.splat(floor);
    v128.store(y, f32x4.pmax(f32x4.add(c00, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c01, v128.load(add, 16)), low), 16);
    v128.store(y, f32x4.pmax(f32x4.add(c02, v128.load(add, 32)), low), 32);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c10, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c11, v128.load(add, 16)), low), 16);
    v128.store(y, f32x4.pmax(f32x4.add(c12, v128.load(add, 32)), low), 32);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c20, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c21, v128.load(add, 16)), low), 16);
    v128.store(y, f32x4.pmax(f32x4.add(c22, v128.load(add, 32)), low), 32);
  } else {
    v128.store(y, c00);
    v128.store(y, c01, 16);
    v128.store(y, c02, 32);
    y += yStep;
    v128.store(y, c10);
    v128.store(y, c11, 16);
    v128.store(y, c12, 32);
    y += yStep;
    v128.store(y, c20);
    v128.store(y, c21, 16);
    v128.store(y, c22, 32);
  }
}

/**
 * Convolution: y[p] = Σₖ x[p·step + table[k]] · w[k].
 * The table holds a byte offset per reduction index, `w` is a packed panel.
 */
export function tableTile(width: i32, rows: i32, x: usize, step: usize, table: usize, end: usize, w: usize, y: usize, yStep: usize, add: usize, addStep: usize, floor: f32): void {
  if (width == 12) {
  switch (rows) {
    case 1: tableTile1x12(x, step, table, end, w, y, yStep, add, addStep, floor); break;
    case 2: tableTile2x12(x, step, table, end, w, y, yStep, add, addStep, floor); break;
    case 3: tableTile3x12(x, step, table, end, w, y, yStep, add, addStep, floor); break;
  }
    return;
  }
  switch (rows) {
    case 1: tableTile1x8(x, step, table, end, w, y, yStep, add, addStep, floor); break;
    case 2: tableTile2x8(x, step, table, end, w, y, yStep, add, addStep, floor); break;
    case 3: tableTile3x8(x, step, table, end, w, y, yStep, add, addStep, floor); break;
    case 4: tableTile4x8(x, step, table, end, w, y, yStep, add, addStep, floor); break;
    case 5: tableTile5x8(x, step, table, end, w, y, yStep, add, addStep, floor); break;
    case 6: tableTile6x8(x, step, table, end, w, y, yStep, add, addStep, floor); break;
  }
}

function rowsTile1x8(a0: usize, step: usize, end: usize, b: usize, bStep: usize, y: usize, yStep: usize, add: usize, addStep: usize, floor: f32): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  while (a0 < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let s: v128;
    s = v128.load_splat<f32>(a0);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    a0 += 4;
    b += bStep;
  }
  if (add) {
    const low = f32x4.splat(floor);
    v128.store(y, f32x4.pmax(f32x4.add(c00, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c01, v128.load(add, 16)), low), 16);
  } else {
    v128.store(y, c00);
    v128.store(y, c01, 16);
  }
}

function rowsTile2x8(a0: usize, step: usize, end: usize, b: usize, bStep: usize, y: usize, yStep: usize, add: usize, addStep: usize, floor: f32): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  while (a0 < end) {
    const a1 = a0 + step;
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let s: v128;
    s = v128.load_splat<f32>(a0);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    s = v128.load_splat<f32>(a1);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    a0 += 4;
    b += bStep;
  }
  if (add) {
    const low = f32x4.splat(floor);
    v128.store(y, f32x4.pmax(f32x4.add(c00, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c01, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c10, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c11, v128.load(add, 16)), low), 16);
  } else {
    v128.store(y, c00);
    v128.store(y, c01, 16);
    y += yStep;
    v128.store(y, c10);
    v128.store(y, c11, 16);
  }
}

function rowsTile3x8(a0: usize, step: usize, end: usize, b: usize, bStep: usize, y: usize, yStep: usize, add: usize, addStep: usize, floor: f32): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
  while (a0 < end) {
    const a1 = a0 + step;
    const a2 = a1 + step;
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let s: v128;
    s = v128.load_splat<f32>(a0);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    s = v128.load_splat<f32>(a1);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    s = v128.load_splat<f32>(a2);
    c20 = madd(s, b0, c20);
    c21 = madd(s, b1, c21);
    a0 += 4;
    b += bStep;
  }
  if (add) {
    const low = f32x4.splat(floor);
    v128.store(y, f32x4.pmax(f32x4.add(c00, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c01, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c10, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c11, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c20, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c21, v128.load(add, 16)), low), 16);
  } else {
    v128.store(y, c00);
    v128.store(y, c01, 16);
    y += yStep;
    v128.store(y, c10);
    v128.store(y, c11, 16);
    y += yStep;
    v128.store(y, c20);
    v128.store(y, c21, 16);
  }
}

function rowsTile4x8(a0: usize, step: usize, end: usize, b: usize, bStep: usize, y: usize, yStep: usize, add: usize, addStep: usize, floor: f32): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  while (a0 < end) {
    const a1 = a0 + step;
    const a2 = a1 + step;
    const a3 = a2 + step;
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let s: v128;
    s = v128.load_splat<f32>(a0);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    s = v128.load_splat<f32>(a1);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    s = v128.load_splat<f32>(a2);
    c20 = madd(s, b0, c20);
    c21 = madd(s, b1, c21);
    s = v128.load_splat<f32>(a3);
    c30 = madd(s, b0, c30);
    c31 = madd(s, b1, c31);
    a0 += 4;
    b += bStep;
  }
  if (add) {
    const low = f32x4.splat(floor);
    v128.store(y, f32x4.pmax(f32x4.add(c00, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c01, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c10, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c11, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c20, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c21, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c30, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c31, v128.load(add, 16)), low), 16);
  } else {
    v128.store(y, c00);
    v128.store(y, c01, 16);
    y += yStep;
    v128.store(y, c10);
    v128.store(y, c11, 16);
    y += yStep;
    v128.store(y, c20);
    v128.store(y, c21, 16);
    y += yStep;
    v128.store(y, c30);
    v128.store(y, c31, 16);
  }
}

function rowsTile5x8(a0: usize, step: usize, end: usize, b: usize, bStep: usize, y: usize, yStep: usize, add: usize, addStep: usize, floor: f32): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  let c40 = f32x4.splat(0), c41 = f32x4.splat(0);
  while (a0 < end) {
    const a1 = a0 + step;
    const a2 = a1 + step;
    const a3 = a2 + step;
    const a4 = a3 + step;
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let s: v128;
    s = v128.load_splat<f32>(a0);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    s = v128.load_splat<f32>(a1);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    s = v128.load_splat<f32>(a2);
    c20 = madd(s, b0, c20);
    c21 = madd(s, b1, c21);
    s = v128.load_splat<f32>(a3);
    c30 = madd(s, b0, c30);
    c31 = madd(s, b1, c31);
    s = v128.load_splat<f32>(a4);
    c40 = madd(s, b0, c40);
    c41 = madd(s, b1, c41);
    a0 += 4;
    b += bStep;
  }
  if (add) {
    const low = f32x4.splat(floor);
    v128.store(y, f32x4.pmax(f32x4.add(c00, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c01, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c10, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c11, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c20, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c21, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c30, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c31, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c40, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c41, v128.load(add, 16)), low), 16);
  } else {
    v128.store(y, c00);
    v128.store(y, c01, 16);
    y += yStep;
    v128.store(y, c10);
    v128.store(y, c11, 16);
    y += yStep;
    v128.store(y, c20);
    v128.store(y, c21, 16);
    y += yStep;
    v128.store(y, c30);
    v128.store(y, c31, 16);
    y += yStep;
    v128.store(y, c40);
    v128.store(y, c41, 16);
  }
}

function rowsTile6x8(a0: usize, step: usize, end: usize, b: usize, bStep: usize, y: usize, yStep: usize, add: usize, addStep: usize, floor: f32): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  let c40 = f32x4.splat(0), c41 = f32x4.splat(0);
  let c50 = f32x4.splat(0), c51 = f32x4.splat(0);
  while (a0 < end) {
    const a1 = a0 + step;
    const a2 = a1 + step;
    const a3 = a2 + step;
    const a4 = a3 + step;
    const a5 = a4 + step;
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let s: v128;
    s = v128.load_splat<f32>(a0);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    s = v128.load_splat<f32>(a1);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    s = v128.load_splat<f32>(a2);
    c20 = madd(s, b0, c20);
    c21 = madd(s, b1, c21);
    s = v128.load_splat<f32>(a3);
    c30 = madd(s, b0, c30);
    c31 = madd(s, b1, c31);
    s = v128.load_splat<f32>(a4);
    c40 = madd(s, b0, c40);
    c41 = madd(s, b1, c41);
    s = v128.load_splat<f32>(a5);
    c50 = madd(s, b0, c50);
    c51 = madd(s, b1, c51);
    a0 += 4;
    b += bStep;
  }
  if (add) {
    const low = f32x4.splat(floor);
    v128.store(y, f32x4.pmax(f32x4.add(c00, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c01, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c10, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c11, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c20, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c21, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c30, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c31, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c40, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c41, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c50, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c51, v128.load(add, 16)), low), 16);
  } else {
    v128.store(y, c00);
    v128.store(y, c01, 16);
    y += yStep;
    v128.store(y, c10);
    v128.store(y, c11, 16);
    y += yStep;
    v128.store(y, c20);
    v128.store(y, c21, 16);
    y += yStep;
    v128.store(y, c30);
    v128.store(y, c31, 16);
    y += yStep;
    v128.store(y, c40);
    v128.store(y, c41, 16);
    y += yStep;
    v128.store(y, c50);
    v128.store(y, c51, 16);
  }
}

/**
 * Matrix product: y[p] = Σₖ a[p·step + k] · b[k]; rows of `a` are contiguous in k, `b` advances by `bStep`.
 */
export function rowsTile(rows: i32, a0: usize, step: usize, end: usize, b: usize, bStep: usize, y: usize, yStep: usize, add: usize, addStep: usize, floor: f32): void {
  switch (rows) {
    case 1: rowsTile1x8(a0, step, end, b, bStep, y, yStep, add, addStep, floor); break;
    case 2: rowsTile2x8(a0, step, end, b, bStep, y, yStep, add, addStep, floor); break;
    case 3: rowsTile3x8(a0, step, end, b, bStep, y, yStep, add, addStep, floor); break;
    case 4: rowsTile4x8(a0, step, end, b, bStep, y, yStep, add, addStep, floor); break;
    case 5: rowsTile5x8(a0, step, end, b, bStep, y, yStep, add, addStep, floor); break;
    case 6: rowsTile6x8(a0, step, end, b, bStep, y, yStep, add, addStep, floor); break;
  }
}

function stepsTile1x8(a: usize, aStep: usize, b: usize, bStep: usize, end: usize, y: usize, yStep: usize, add: usize, addStep: usize, floor: f32): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  while (b < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let s: v128;
    s = v128.load_splat<f32>(a);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    a += aStep;
    b += bStep;
  }
  if (add) {
    const low = f32x4.splat(floor);
    v128.store(y, f32x4.pmax(f32x4.add(c00, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c01, v128.load(add, 16)), low), 16);
  } else {
    v128.store(y, c00);
    v128.store(y, c01, 16);
  }
}

function stepsTile2x8(a: usize, aStep: usize, b: usize, bStep: usize, end: usize, y: usize, yStep: usize, add: usize, addStep: usize, floor: f32): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  while (b < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let s: v128;
    s = v128.load_splat<f32>(a);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    s = v128.load_splat<f32>(a, 4);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    a += aStep;
    b += bStep;
  }
  if (add) {
    const low = f32x4.splat(floor);
    v128.store(y, f32x4.pmax(f32x4.add(c00, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c01, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c10, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c11, v128.load(add, 16)), low), 16);
  } else {
    v128.store(y, c00);
    v128.store(y, c01, 16);
    y += yStep;
    v128.store(y, c10);
    v128.store(y, c11, 16);
  }
}

function stepsTile3x8(a: usize, aStep: usize, b: usize, bStep: usize, end: usize, y: usize, yStep: usize, add: usize, addStep: usize, floor: f32): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
  while (b < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let s: v128;
    s = v128.load_splat<f32>(a);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    s = v128.load_splat<f32>(a, 4);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    s = v128.load_splat<f32>(a, 8);
    c20 = madd(s, b0, c20);
    c21 = madd(s, b1, c21);
    a += aStep;
    b += bStep;
  }
  if (add) {
    const low = f32x4.splat(floor);
    v128.store(y, f32x4.pmax(f32x4.add(c00, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c01, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c10, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c11, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c20, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c21, v128.load(add, 16)), low), 16);
  } else {
    v128.store(y, c00);
    v128.store(y, c01, 16);
    y += yStep;
    v128.store(y, c10);
    v128.store(y, c11, 16);
    y += yStep;
    v128.store(y, c20);
    v128.store(y, c21, 16);
  }
}

function stepsTile4x8(a: usize, aStep: usize, b: usize, bStep: usize, end: usize, y: usize, yStep: usize, add: usize, addStep: usize, floor: f32): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  while (b < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let s: v128;
    s = v128.load_splat<f32>(a);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    s = v128.load_splat<f32>(a, 4);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    s = v128.load_splat<f32>(a, 8);
    c20 = madd(s, b0, c20);
    c21 = madd(s, b1, c21);
    s = v128.load_splat<f32>(a, 12);
    c30 = madd(s, b0, c30);
    c31 = madd(s, b1, c31);
    a += aStep;
    b += bStep;
  }
  if (add) {
    const low = f32x4.splat(floor);
    v128.store(y, f32x4.pmax(f32x4.add(c00, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c01, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c10, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c11, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c20, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c21, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c30, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c31, v128.load(add, 16)), low), 16);
  } else {
    v128.store(y, c00);
    v128.store(y, c01, 16);
    y += yStep;
    v128.store(y, c10);
    v128.store(y, c11, 16);
    y += yStep;
    v128.store(y, c20);
    v128.store(y, c21, 16);
    y += yStep;
    v128.store(y, c30);
    v128.store(y, c31, 16);
  }
}

function stepsTile5x8(a: usize, aStep: usize, b: usize, bStep: usize, end: usize, y: usize, yStep: usize, add: usize, addStep: usize, floor: f32): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  let c40 = f32x4.splat(0), c41 = f32x4.splat(0);
  while (b < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let s: v128;
    s = v128.load_splat<f32>(a);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    s = v128.load_splat<f32>(a, 4);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    s = v128.load_splat<f32>(a, 8);
    c20 = madd(s, b0, c20);
    c21 = madd(s, b1, c21);
    s = v128.load_splat<f32>(a, 12);
    c30 = madd(s, b0, c30);
    c31 = madd(s, b1, c31);
    s = v128.load_splat<f32>(a, 16);
    c40 = madd(s, b0, c40);
    c41 = madd(s, b1, c41);
    a += aStep;
    b += bStep;
  }
  if (add) {
    const low = f32x4.splat(floor);
    v128.store(y, f32x4.pmax(f32x4.add(c00, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c01, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c10, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c11, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c20, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c21, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c30, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c31, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c40, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c41, v128.load(add, 16)), low), 16);
  } else {
    v128.store(y, c00);
    v128.store(y, c01, 16);
    y += yStep;
    v128.store(y, c10);
    v128.store(y, c11, 16);
    y += yStep;
    v128.store(y, c20);
    v128.store(y, c21, 16);
    y += yStep;
    v128.store(y, c30);
    v128.store(y, c31, 16);
    y += yStep;
    v128.store(y, c40);
    v128.store(y, c41, 16);
  }
}

function stepsTile6x8(a: usize, aStep: usize, b: usize, bStep: usize, end: usize, y: usize, yStep: usize, add: usize, addStep: usize, floor: f32): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  let c40 = f32x4.splat(0), c41 = f32x4.splat(0);
  let c50 = f32x4.splat(0), c51 = f32x4.splat(0);
  while (b < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let s: v128;
    s = v128.load_splat<f32>(a);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    s = v128.load_splat<f32>(a, 4);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    s = v128.load_splat<f32>(a, 8);
    c20 = madd(s, b0, c20);
    c21 = madd(s, b1, c21);
    s = v128.load_splat<f32>(a, 12);
    c30 = madd(s, b0, c30);
    c31 = madd(s, b1, c31);
    s = v128.load_splat<f32>(a, 16);
    c40 = madd(s, b0, c40);
    c41 = madd(s, b1, c41);
    s = v128.load_splat<f32>(a, 20);
    c50 = madd(s, b0, c50);
    c51 = madd(s, b1, c51);
    a += aStep;
    b += bStep;
  }
  if (add) {
    const low = f32x4.splat(floor);
    v128.store(y, f32x4.pmax(f32x4.add(c00, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c01, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c10, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c11, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c20, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c21, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c30, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c31, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c40, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c41, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c50, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c51, v128.load(add, 16)), low), 16);
  } else {
    v128.store(y, c00);
    v128.store(y, c01, 16);
    y += yStep;
    v128.store(y, c10);
    v128.store(y, c11, 16);
    y += yStep;
    v128.store(y, c20);
    v128.store(y, c21, 16);
    y += yStep;
    v128.store(y, c30);
    v128.store(y, c31, 16);
    y += yStep;
    v128.store(y, c40);
    v128.store(y, c41, 16);
    y += yStep;
    v128.store(y, c50);
    v128.store(y, c51, 16);
  }
}

/**
 * Matrix product: y[p] = Σₖ a[k·aStep + p] · b[k·bStep], until `b` reaches `end`; both advance by their step.
 */
export function stepsTile(rows: i32, a: usize, aStep: usize, b: usize, bStep: usize, end: usize, y: usize, yStep: usize, add: usize, addStep: usize, floor: f32): void {
  switch (rows) {
    case 1: stepsTile1x8(a, aStep, b, bStep, end, y, yStep, add, addStep, floor); break;
    case 2: stepsTile2x8(a, aStep, b, bStep, end, y, yStep, add, addStep, floor); break;
    case 3: stepsTile3x8(a, aStep, b, bStep, end, y, yStep, add, addStep, floor); break;
    case 4: stepsTile4x8(a, aStep, b, bStep, end, y, yStep, add, addStep, floor); break;
    case 5: stepsTile5x8(a, aStep, b, bStep, end, y, yStep, add, addStep, floor); break;
    case 6: stepsTile6x8(a, aStep, b, bStep, end, y, yStep, add, addStep, floor); break;
  }
}

function pairsTile1x8(x: usize, dy: usize, pairs: usize, end: usize, y: usize, yStep: usize, add: usize, addStep: usize, floor: f32): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  while (pairs < end) {
    const a = x + <usize>load<u32>(pairs);
    const b = dy + <usize>load<u32>(pairs, 4);
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let s: v128;
    s = v128.load_splat<f32>(a);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    pairs += 8;
  }
  if (add) {
    const low = f32x4.splat(floor);
    v128.store(y, f32x4.pmax(f32x4.add(c00, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c01, v128.load(add, 16)), low), 16);
  } else {
    v128.store(y, c00);
    v128.store(y, c01, 16);
  }
}

function pairsTile2x8(x: usize, dy: usize, pairs: usize, end: usize, y: usize, yStep: usize, add: usize, addStep: usize, floor: f32): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  while (pairs < end) {
    const a = x + <usize>load<u32>(pairs);
    const b = dy + <usize>load<u32>(pairs, 4);
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let s: v128;
    s = v128.load_splat<f32>(a);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    s = v128.load_splat<f32>(a, 4);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    pairs += 8;
  }
  if (add) {
    const low = f32x4.splat(floor);
    v128.store(y, f32x4.pmax(f32x4.add(c00, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c01, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c10, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c11, v128.load(add, 16)), low), 16);
  } else {
    v128.store(y, c00);
    v128.store(y, c01, 16);
    y += yStep;
    v128.store(y, c10);
    v128.store(y, c11, 16);
  }
}

function pairsTile3x8(x: usize, dy: usize, pairs: usize, end: usize, y: usize, yStep: usize, add: usize, addStep: usize, floor: f32): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
  while (pairs < end) {
    const a = x + <usize>load<u32>(pairs);
    const b = dy + <usize>load<u32>(pairs, 4);
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let s: v128;
    s = v128.load_splat<f32>(a);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    s = v128.load_splat<f32>(a, 4);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    s = v128.load_splat<f32>(a, 8);
    c20 = madd(s, b0, c20);
    c21 = madd(s, b1, c21);
    pairs += 8;
  }
  if (add) {
    const low = f32x4.splat(floor);
    v128.store(y, f32x4.pmax(f32x4.add(c00, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c01, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c10, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c11, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c20, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c21, v128.load(add, 16)), low), 16);
  } else {
    v128.store(y, c00);
    v128.store(y, c01, 16);
    y += yStep;
    v128.store(y, c10);
    v128.store(y, c11, 16);
    y += yStep;
    v128.store(y, c20);
    v128.store(y, c21, 16);
  }
}

function pairsTile4x8(x: usize, dy: usize, pairs: usize, end: usize, y: usize, yStep: usize, add: usize, addStep: usize, floor: f32): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  while (pairs < end) {
    const a = x + <usize>load<u32>(pairs);
    const b = dy + <usize>load<u32>(pairs, 4);
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let s: v128;
    s = v128.load_splat<f32>(a);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    s = v128.load_splat<f32>(a, 4);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    s = v128.load_splat<f32>(a, 8);
    c20 = madd(s, b0, c20);
    c21 = madd(s, b1, c21);
    s = v128.load_splat<f32>(a, 12);
    c30 = madd(s, b0, c30);
    c31 = madd(s, b1, c31);
    pairs += 8;
  }
  if (add) {
    const low = f32x4.splat(floor);
    v128.store(y, f32x4.pmax(f32x4.add(c00, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c01, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c10, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c11, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c20, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c21, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c30, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c31, v128.load(add, 16)), low), 16);
  } else {
    v128.store(y, c00);
    v128.store(y, c01, 16);
    y += yStep;
    v128.store(y, c10);
    v128.store(y, c11, 16);
    y += yStep;
    v128.store(y, c20);
    v128.store(y, c21, 16);
    y += yStep;
    v128.store(y, c30);
    v128.store(y, c31, 16);
  }
}

function pairsTile5x8(x: usize, dy: usize, pairs: usize, end: usize, y: usize, yStep: usize, add: usize, addStep: usize, floor: f32): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  let c40 = f32x4.splat(0), c41 = f32x4.splat(0);
  while (pairs < end) {
    const a = x + <usize>load<u32>(pairs);
    const b = dy + <usize>load<u32>(pairs, 4);
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let s: v128;
    s = v128.load_splat<f32>(a);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    s = v128.load_splat<f32>(a, 4);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    s = v128.load_splat<f32>(a, 8);
    c20 = madd(s, b0, c20);
    c21 = madd(s, b1, c21);
    s = v128.load_splat<f32>(a, 12);
    c30 = madd(s, b0, c30);
    c31 = madd(s, b1, c31);
    s = v128.load_splat<f32>(a, 16);
    c40 = madd(s, b0, c40);
    c41 = madd(s, b1, c41);
    pairs += 8;
  }
  if (add) {
    const low = f32x4.splat(floor);
    v128.store(y, f32x4.pmax(f32x4.add(c00, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c01, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c10, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c11, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c20, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c21, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c30, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c31, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c40, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c41, v128.load(add, 16)), low), 16);
  } else {
    v128.store(y, c00);
    v128.store(y, c01, 16);
    y += yStep;
    v128.store(y, c10);
    v128.store(y, c11, 16);
    y += yStep;
    v128.store(y, c20);
    v128.store(y, c21, 16);
    y += yStep;
    v128.store(y, c30);
    v128.store(y, c31, 16);
    y += yStep;
    v128.store(y, c40);
    v128.store(y, c41, 16);
  }
}

function pairsTile6x8(x: usize, dy: usize, pairs: usize, end: usize, y: usize, yStep: usize, add: usize, addStep: usize, floor: f32): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  let c40 = f32x4.splat(0), c41 = f32x4.splat(0);
  let c50 = f32x4.splat(0), c51 = f32x4.splat(0);
  while (pairs < end) {
    const a = x + <usize>load<u32>(pairs);
    const b = dy + <usize>load<u32>(pairs, 4);
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let s: v128;
    s = v128.load_splat<f32>(a);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    s = v128.load_splat<f32>(a, 4);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    s = v128.load_splat<f32>(a, 8);
    c20 = madd(s, b0, c20);
    c21 = madd(s, b1, c21);
    s = v128.load_splat<f32>(a, 12);
    c30 = madd(s, b0, c30);
    c31 = madd(s, b1, c31);
    s = v128.load_splat<f32>(a, 16);
    c40 = madd(s, b0, c40);
    c41 = madd(s, b1, c41);
    s = v128.load_splat<f32>(a, 20);
    c50 = madd(s, b0, c50);
    c51 = madd(s, b1, c51);
    pairs += 8;
  }
  if (add) {
    const low = f32x4.splat(floor);
    v128.store(y, f32x4.pmax(f32x4.add(c00, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c01, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c10, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c11, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c20, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c21, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c30, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c31, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c40, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c41, v128.load(add, 16)), low), 16);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c50, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c51, v128.load(add, 16)), low), 16);
  } else {
    v128.store(y, c00);
    v128.store(y, c01, 16);
    y += yStep;
    v128.store(y, c10);
    v128.store(y, c11, 16);
    y += yStep;
    v128.store(y, c20);
    v128.store(y, c21, 16);
    y += yStep;
    v128.store(y, c30);
    v128.store(y, c31, 16);
    y += yStep;
    v128.store(y, c40);
    v128.store(y, c41, 16);
    y += yStep;
    v128.store(y, c50);
    v128.store(y, c51, 16);
  }
}

function pairsTile1x12(x: usize, dy: usize, pairs: usize, end: usize, y: usize, yStep: usize, add: usize, addStep: usize, floor: f32): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0), c02 = f32x4.splat(0);
  while (pairs < end) {
    const a = x + <usize>load<u32>(pairs);
    const b = dy + <usize>load<u32>(pairs, 4);
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const b2 = v128.load(b, 32);
    let s: v128;
    s = v128.load_splat<f32>(a);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    c02 = madd(s, b2, c02);
    pairs += 8;
  }
  if (add) {
    const low = f32x4.splat(floor);
    v128.store(y, f32x4.pmax(f32x4.add(c00, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c01, v128.load(add, 16)), low), 16);
    v128.store(y, f32x4.pmax(f32x4.add(c02, v128.load(add, 32)), low), 32);
  } else {
    v128.store(y, c00);
    v128.store(y, c01, 16);
    v128.store(y, c02, 32);
  }
}

function pairsTile2x12(x: usize, dy: usize, pairs: usize, end: usize, y: usize, yStep: usize, add: usize, addStep: usize, floor: f32): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0), c02 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0), c12 = f32x4.splat(0);
  while (pairs < end) {
    const a = x + <usize>load<u32>(pairs);
    const b = dy + <usize>load<u32>(pairs, 4);
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const b2 = v128.load(b, 32);
    let s: v128;
    s = v128.load_splat<f32>(a);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    c02 = madd(s, b2, c02);
    s = v128.load_splat<f32>(a, 4);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    c12 = madd(s, b2, c12);
    pairs += 8;
  }
  if (add) {
    const low = f32x4.splat(floor);
    v128.store(y, f32x4.pmax(f32x4.add(c00, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c01, v128.load(add, 16)), low), 16);
    v128.store(y, f32x4.pmax(f32x4.add(c02, v128.load(add, 32)), low), 32);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c10, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c11, v128.load(add, 16)), low), 16);
    v128.store(y, f32x4.pmax(f32x4.add(c12, v128.load(add, 32)), low), 32);
  } else {
    v128.store(y, c00);
    v128.store(y, c01, 16);
    v128.store(y, c02, 32);
    y += yStep;
    v128.store(y, c10);
    v128.store(y, c11, 16);
    v128.store(y, c12, 32);
  }
}

function pairsTile3x12(x: usize, dy: usize, pairs: usize, end: usize, y: usize, yStep: usize, add: usize, addStep: usize, floor: f32): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0), c02 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0), c12 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0), c22 = f32x4.splat(0);
  while (pairs < end) {
    const a = x + <usize>load<u32>(pairs);
    const b = dy + <usize>load<u32>(pairs, 4);
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const b2 = v128.load(b, 32);
    let s: v128;
    s = v128.load_splat<f32>(a);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    c02 = madd(s, b2, c02);
    s = v128.load_splat<f32>(a, 4);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    c12 = madd(s, b2, c12);
    s = v128.load_splat<f32>(a, 8);
    c20 = madd(s, b0, c20);
    c21 = madd(s, b1, c21);
    c22 = madd(s, b2, c22);
    pairs += 8;
  }
  if (add) {
    const low = f32x4.splat(floor);
    v128.store(y, f32x4.pmax(f32x4.add(c00, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c01, v128.load(add, 16)), low), 16);
    v128.store(y, f32x4.pmax(f32x4.add(c02, v128.load(add, 32)), low), 32);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c10, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c11, v128.load(add, 16)), low), 16);
    v128.store(y, f32x4.pmax(f32x4.add(c12, v128.load(add, 32)), low), 32);
    y += yStep;
    add += addStep;
    v128.store(y, f32x4.pmax(f32x4.add(c20, v128.load(add)), low));
    v128.store(y, f32x4.pmax(f32x4.add(c21, v128.load(add, 16)), low), 16);
    v128.store(y, f32x4.pmax(f32x4.add(c22, v128.load(add, 32)), low), 32);
  } else {
    v128.store(y, c00);
    v128.store(y, c01, 16);
    v128.store(y, c02, 32);
    y += yStep;
    v128.store(y, c10);
    v128.store(y, c11, 16);
    v128.store(y, c12, 32);
    y += yStep;
    v128.store(y, c20);
    v128.store(y, c21, 16);
    v128.store(y, c22, 32);
  }
}

/**
 * Weight gradient: y[p] = Σᵢ x[pairs[i].first + p] · dy[pairs[i].second].
 * The table holds a pair of byte offsets per pixel.
 */
export function pairsTile(width: i32, rows: i32, x: usize, dy: usize, pairs: usize, end: usize, y: usize, yStep: usize, add: usize, addStep: usize, floor: f32): void {
  if (width == 12) {
  switch (rows) {
    case 1: pairsTile1x12(x, dy, pairs, end, y, yStep, add, addStep, floor); break;
    case 2: pairsTile2x12(x, dy, pairs, end, y, yStep, add, addStep, floor); break;
    case 3: pairsTile3x12(x, dy, pairs, end, y, yStep, add, addStep, floor); break;
  }
    return;
  }
  switch (rows) {
    case 1: pairsTile1x8(x, dy, pairs, end, y, yStep, add, addStep, floor); break;
    case 2: pairsTile2x8(x, dy, pairs, end, y, yStep, add, addStep, floor); break;
    case 3: pairsTile3x8(x, dy, pairs, end, y, yStep, add, addStep, floor); break;
    case 4: pairsTile4x8(x, dy, pairs, end, y, yStep, add, addStep, floor); break;
    case 5: pairsTile5x8(x, dy, pairs, end, y, yStep, add, addStep, floor); break;
    case 6: pairsTile6x8(x, dy, pairs, end, y, yStep, add, addStep, floor); break;
  }
}
