/** Which kernels compute each op of a program, without conversions between layouts: by op, sorted. */
export function kernelsByOp(program: string): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const [, kernel = '', op = ''] of program.matchAll(/^(\w+) .* = (\w+)\(/gm)) {
    if (kernel === 'toBlocked' || kernel === 'toRowMajor') continue;
    const list = found[op] ?? [];
    if (!list.includes(kernel)) list.push(kernel);
    found[op] = list.sort();
  }
  return found;
}
