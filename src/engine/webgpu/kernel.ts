/** A dispatch before it has memory: WGSL over named arrays. */
import type { DType } from '../../core/dtype.js';
import { internalError } from '../../core/errors.js';
import { numel } from '../../core/shape.js';
import type { Value } from '../../graph/graph.js';
import type { ElementMap } from './element-map.js';
import { enableHalf, overHalves } from './wgsl/half.js';
import { libraryFor } from './wgsl/library.js';

export type Size3d = readonly [number, number, number];

export interface Kernel {
  /** For people. */
  readonly name: string;
  /** Arrays `in0`, `in1`, … */
  readonly reads: readonly Value[];
  /** Arrays `out0`, `out1`, … */
  readonly writes: readonly Value[];
  /** Output k may lie where input `inPlace[k]` lies: every element is read by the thread that writes it, and before. */
  readonly inPlace?: readonly (number | undefined)[];
  /**
   * What a thread does. It knows `g`, its place in the whole, `l`, that in its group, and `wg`, its group's; functions of
   * `wgsl/library.ts` may be called.
   */
  readonly body: string;
  /** Names of arrays whose elements are vectors of four floats. */
  readonly vectors?: readonly string[];
  /** Declarations beside the arrays, such as memory that a group shares. */
  readonly shared?: string;
  /** Threads of a group. */
  readonly size: Size3d;
  readonly groups: Size3d;
  /** Twice the multiply-adds of a product. */
  readonly flops?: number;
  /** The function that it computes, where it is an element-wise one. */
  readonly map?: ElementMap;
}

/** WGSL's type of an element; undefined where shaders have none. */
export function wgslType(dtype: DType): 'f32' | 'i32' | 'u32' | undefined {
  if (dtype === 'float64') return undefined;
  return dtype === 'float32' ? 'f32' : dtype === 'int32' ? 'i32' : 'u32';
}

/** Groups that a dimension of a dispatch may have. */
export const mostGroups = 65535;

/** Groups of `size` threads for `count` places. */
export function groupsFor(count: number, size: number): Size3d {
  const groups = Math.max(1, Math.ceil(count / size));
  const across = Math.min(groups, mostGroups);
  return [across, Math.ceil(groups / across), 1];
}

/** The place of a thread among those of `groupsFor`. */
export function threadPlace(groups: Size3d, size: number): string {
  return groups[1] === 1 ? 'g.x' : `g.x + g.y * ${groups[0] * size}u`;
}

/** A number as WGSL writes it: neither NaN nor infinity has a literal. */
export function literal(x: number): string {
  const value = Math.fround(x);
  if (Number.isNaN(value)) return 'notANumber()';
  if (!Number.isFinite(value)) return value > 0 ? 'infinity()' : '(-infinity())';
  const text = `${value}f`;
  return value < 0 || Object.is(value, -0) ? `(${Object.is(value, -0) ? '-0f' : text})` : text;
}

/** The shader of a kernel, and the values that it is bound to, one for each binding. */
export interface Shader {
  readonly text: string;
  readonly bindings: readonly Value[];
}

/** How the values of a kernel are stored. */
export interface Storing {
  /**
   * Whether two values lie in one place: they have one binding then, since WebGPU refuses an array that is bound to be read
   * and to be written.
   */
  lieTogether(a: Value, b: Value): boolean;
  /** Whether a float32 is stored in half. */
  isHalf(value: Value): boolean;
}

/** Writes the shader. */
export function writeShader(
  { reads, writes, body, vectors = [], shared = '', size }: Kernel,
  { lieTogether: sameAs, isHalf }: Storing,
): Shader {
  const halves: string[] = [];
  const declarations: string[] = [];
  const bindings: Value[] = [];
  const bind = (value: Value, name: string, access: string): void => {
    const type = wgslType(value.dtype);
    if (type === undefined) throw internalError(`shaders have no ${value.dtype}`);
    if (isHalf(value)) halves.push(name);
    const stored = isHalf(value) ? 'f16' : type;
    const binding = `@group(0) @binding(${bindings.length})`;
    const element = vectors.includes(name) ? `vec4<${stored}>` : stored;
    declarations.push(`${binding} var<storage, ${access}> ${name}: array<${element}>;`);
    bindings.push(value);
  };
  let text = body;
  const rename = (from: string, to: string): void => {
    text = text.replaceAll(new RegExp(`\\b${from}\\b`, 'g'), to);
  };
  writes.forEach((value, k) => {
    bind(value, `out${k}`, 'read_write');
  });
  reads.forEach((value, k) => {
    const over = writes.findIndex((written) => sameAs(written, value));
    const isVector = (r: number) => vectors.includes(`in${r}`);
    const again = reads.findIndex((read, r) => sameAs(read, value) && isVector(r) === isVector(k));
    if (over !== -1) rename(`in${k}`, `out${over}`);
    else if (again < k && reads[again]?.dtype === value.dtype) rename(`in${k}`, `in${again}`);
    // An array that is declared and not used would have no binding.
    else if (new RegExp(`\\bin${k}\\b`).test(text)) bind(value, `in${k}`, 'read');
  });
  if (halves.length > 0) text = overHalves(text, halves, vectors);
  const main = `@compute @workgroup_size(${size.join(', ')})
fn main(@builtin(global_invocation_id) g: vec3u, @builtin(local_invocation_id) l: vec3u, @builtin(workgroup_id) wg: vec3u) {
${text}
}`;
  const enabled = halves.length > 0 ? enableHalf : '';
  const parts = [enabled, ...declarations, shared, libraryFor(`${text}${shared}`), main];
  return { text: parts.filter((part) => part !== '').join('\n'), bindings };
}

/**
 * Whether shaders can do it: their types, no more arrays than they may have where outputs lie over inputs, no empty ones, of
 * which loops with constant divisors cannot speak, and no more groups than a dispatch has.
 */
export function isFeasible(
  { reads, writes, groups, inPlace = [] }: Kernel,
  mostBindings: number,
): boolean {
  const values = [...reads, ...writes];
  const over = inPlace.filter((read) => read !== undefined).length;
  return (
    values.length - over <= mostBindings &&
    groups.every((count) => count <= mostGroups) &&
    values.every(({ dtype, shape }) => wgslType(dtype) !== undefined && numel(shape) > 0)
  );
}
