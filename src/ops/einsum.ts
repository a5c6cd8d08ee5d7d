/**
 * Sums of products by Einstein's convention. Operands are joined one after another: labels that only one of two has are
 * summed away first, and the rest is one batched matrix product.
 */
import { ShapeError, ValueError } from '../core/errors.js';
import { formatShape } from '../core/shape.js';
import type { Tensor } from '../tensor/tensor.js';

/** A tensor whose dimensions have names. */
interface Labelled {
  readonly x: Tensor;
  readonly labels: readonly string[];
}

/**
 * The sum of products that `equation` describes: a letter per dimension of each operand, those of the result after `->`
 * (without it: letters that occur once, in alphabetical order).
 *
 * @throws ValueError for an equation that cannot be read, repeats a letter within one operand or has `...`
 * @throws ShapeError where a letter stands for two sizes
 * @example einsum('bij,bjk->bik', a, b) // as matmul
 */
export function einsum(equation: string, ...operands: readonly Tensor[]): Tensor {
  const { inputs, output } = parse(equation, operands);
  const sizes = new Map<string, number>();
  for (const { x, labels } of inputs)
    labels.forEach((label, d) => {
      const known = sizes.get(label) ?? x.size(d);
      if (known !== x.size(d))
        throw new ShapeError(
          'einsum',
          `'${label}' is ${known} and ${x.size(d)} in ${inputs.map((o) => formatShape(o.x.shape)).join(', ')}; it must be one size`,
        );
      sizes.set(label, known);
    });

  const [first, ...rest] = inputs;
  if (first === undefined) throw new ValueError('einsum', '0 tensors, at least one is required');
  let joined = first;
  rest.forEach((next, i) => {
    const later = new Set([...output, ...rest.slice(i + 1).flatMap(({ labels }) => labels)]);
    joined = contract(joined, next, later, sizes);
  });
  return inOrder(sumAway(joined, new Set(output)), output);
}

function parse(
  equation: string,
  operands: readonly Tensor[],
): { readonly inputs: Labelled[]; readonly output: readonly string[] } {
  const form = equation.replaceAll(' ', '');
  const [left = '', right, ...more] = form.split('->');
  const terms = left.split(',');
  if (more.length > 0 || !/^[A-Za-z,]*(->[A-Za-z]*)?$/.test(form))
    throw new ValueError(
      'einsum',
      `equation '${equation}' must be letters, commas and one '->', such as 'ij,jk->ik'; write every dimension as a letter`,
    );
  if (terms.length !== operands.length)
    throw new ValueError(
      'einsum',
      `equation '${equation}' names ${terms.length} operands, ${operands.length} tensors are given`,
    );
  const inputs = operands.map((x, i) => {
    const labels = [...(terms[i] ?? '')];
    if (labels.length !== x.ndim)
      throw new ShapeError(
        'einsum',
        `operand ${i} is ${formatShape(x.shape)}, its letters '${terms[i]}' name ${labels.length} dimensions`,
      );
    if (new Set(labels).size !== labels.length)
      throw new ValueError(
        'einsum',
        `'${terms[i]}' names a dimension twice, which is not supported; take the diagonal first`,
      );
    return { x, labels };
  });
  const all = inputs.flatMap(({ labels }) => labels);
  const once = all.filter((label) => all.indexOf(label) === all.lastIndexOf(label)).sort();
  const output = right === undefined ? once : [...right];
  const wrong = output.find((label, i) => !all.includes(label) || output.indexOf(label) !== i);
  if (wrong !== undefined)
    throw new ValueError(
      'einsum',
      `the result's '${wrong}' must name a dimension of an operand, once`,
    );
  return { inputs, output };
}

/** The product of two, summed over the labels that nothing later needs. */
function contract(
  a: Labelled,
  b: Labelled,
  later: ReadonlySet<string>,
  sizes: ReadonlyMap<string, number>,
): Labelled {
  const left = sumAway(a, new Set([...later, ...b.labels]));
  const right = sumAway(b, new Set([...later, ...a.labels]));
  const shared = left.labels.filter((label) => right.labels.includes(label));
  const batch = shared.filter((label) => later.has(label));
  const summed = shared.filter((label) => !later.has(label));
  const rows = left.labels.filter((label) => !shared.includes(label));
  const columns = right.labels.filter((label) => !shared.includes(label));
  const size = (labels: readonly string[]) =>
    labels.reduce((product, label) => product * (sizes.get(label) ?? 1), 1);
  const product = inOrder(left, [...batch, ...rows, ...summed])
    .reshape([size(batch), size(rows), size(summed)])
    .matmul(
      inOrder(right, [...batch, ...summed, ...columns]).reshape([
        size(batch),
        size(summed),
        size(columns),
      ]),
    );
  const labels = [...batch, ...rows, ...columns];
  return { x: product.reshape(labels.map((label) => sizes.get(label) ?? 1)), labels };
}

function sumAway({ x, labels }: Labelled, kept: ReadonlySet<string>): Labelled {
  const gone = labels.flatMap((label, d) => (kept.has(label) ? [] : [d]));
  if (gone.length === 0) return { x, labels };
  return { x: x.sum(gone), labels: labels.filter((label) => kept.has(label)) };
}

function inOrder({ x, labels }: Labelled, order: readonly string[]): Tensor {
  const dims = order.map((label) => labels.indexOf(label));
  return dims.every((dim, d) => dim === d) ? x : x.permute(dims);
}
