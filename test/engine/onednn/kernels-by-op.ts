const movement = ['toBlocked', 'toRowMajor', 'zero', 'stridedCopy'];

/** Which kernels compute each op of a program, without those that only move tensors or pad weights: by op, sorted. */
export function kernelsByOp(program: string): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const [, kernel = '', op = ''] of program.matchAll(/^(\w+) .* = (\w+)\(/gm)) {
    if (movement.includes(kernel)) continue;
    const list = found[op] ?? [];
    if (!list.includes(kernel)) list.push(kernel);
    found[op] = list.sort();
  }
  return found;
}
