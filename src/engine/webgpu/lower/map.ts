/** Kernels in which each thread makes elements of a result by themselves. */
import type { DType } from '../../../core/dtype.js';
import { numel } from '../../../core/shape.js';
import type { Value } from '../../../graph/graph.js';
import type { Argument, ElementMap, Operand, Stage } from '../element-map.js';
import { groupsFor, type Kernel, threadPlace } from '../kernel.js';
import { strided } from '../wgsl/places.js';

/** Threads of a group. */
export const width = 64;

/** Elements that one thread makes at most, before there are more threads than are needed to fill a GPU. */
const perThread = 4;

/** One that runs `body` for each `i` below `count`. */
export function each(
  name: string,
  count: number,
  kernel: Pick<Kernel, 'reads' | 'writes' | 'inPlace'> & { readonly body: string },
): Kernel {
  const threads = count > 1 << 20 ? Math.ceil(count / perThread) : count;
  const groups = groupsFor(threads, width);
  const step = groups[0] * groups[1] * width;
  const first = threadPlace(groups, width);
  const { body, ...rest } = kernel;
  const looped =
    step >= count
      ? `  let i = ${first};\n  if (i >= ${count}u) { return; }\n${body}`
      : `  for (var i = ${first}; i < ${count}u; i += ${step}u) {\n${body}\n  }`;
  return { ...rest, name, body: looped, size: [width, 1, 1], groups };
}

/** y = f(operands), with y's dtype. */
export function elementMap(
  name: string,
  target: Value,
  operands: readonly Operand[],
  expression: Stage['expression'],
): Kernel {
  const args = operands.map((_, operand) => ({ operand }));
  return mapKernel({ name, shape: target.shape, operands, target, stages: [{ expression, args }] });
}

/** The kernel of a chain. */
export function mapKernel(map: ElementMap): Kernel {
  const { name, shape, operands, stages, target } = map;
  const lines = operands.map(({ strides }, k) => {
    const place = strides === undefined ? 'i' : strided('i', shape, strides);
    return `    let x${k} = in${k}[${place}];`;
  });
  const nameOf = (arg: Argument) => ('operand' in arg ? `x${arg.operand}` : `s${arg.stage}`);
  stages.forEach(({ expression, args }, k) => {
    lines.push(`    let s${k} = ${expression(...args.map(nameOf))};`);
  });
  lines.push(`    out0[i] = s${stages.length - 1};`);
  const reads = operands.map(({ value }) => value);
  const body = lines.join('\n');
  return { ...each(name, numel(shape), { reads, writes: [target], body }), map };
}

/** An element in WGSL, converted from one dtype to another as JavaScript's arrays convert. */
export function converted(x: string, from: DType, to: DType): string {
  if (from === to) return x;
  if (to === 'bool')
    return from === 'float32'
      ? `select(0u, 1u, differs(${x}, 0f))`
      : `select(0u, 1u, ${x} != ${from === 'int32' ? '0i' : '0u'})`;
  if (to === 'float32') return `f32(${x})`;
  const whole = from === 'float32' ? `toWhole(${x})` : `i32(${x})`;
  if (to === 'int32') return whole;
  return from === 'bool' ? x : `(u32(${whole}) & 255u)`;
}
