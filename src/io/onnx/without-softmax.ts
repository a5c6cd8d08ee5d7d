import type { NetworkSource } from './build-network.js';
import { toNumber } from './literal.js';

/** The network up to its logits, where it ends by making probabilities of them; null where it does not. */
export function withoutSoftmax(source: NetworkSource): NetworkSource | null {
  const { nodes, ends } = source;
  const last = nodes.find(({ output = [] }) => output.includes(ends.output));
  const [logits] = last?.input ?? [];
  if (last === undefined || logits === undefined || !isSoftmax(last.opType)) return null;
  const axis = last.attribute?.find(({ name }) => name === 'axis')?.i;
  if (axis !== undefined && ![1, -1].includes(toNumber(axis))) return null;
  return {
    ...source,
    ends: { ...ends, output: logits },
    nodes: nodes.filter((node) => node !== last),
  };
}

function isSoftmax(opType = ''): boolean {
  return opType === 'Softmax' || opType === 'LogSoftmax';
}
