/**
 * Places regions in one arena so that two that live at the same time never overlap: the largest first, each at the
 * lowest gap that fits best among those placed before whose lives meet its own (Pisarchyk & Lee, "Efficient Memory
 * Management for Deep Neural Net Inference", 2020, https://arxiv.org/abs/2001.03288).
 */
import { alignUp } from '../pool/heap.js';
import type { Life } from './phase.js';

export interface Tenant {
  readonly bytes: number;
  readonly life: Life;
}

interface Placed {
  readonly start: number;
  readonly end: number;
  readonly life: Life;
}

/** The offset of every tenant, in their order, and the size of the arena. */
export function placeInArena(tenants: readonly Tenant[]): { offsets: number[]; bytes: number } {
  const order = tenants.map((_, i) => i);
  const sizeOf = (i: number) => tenants[i]?.bytes ?? 0;
  order.sort((a, b) => sizeOf(b) - sizeOf(a) || a - b);

  const placed: Placed[] = []; // Ascending by start.
  const offsets = new Array<number>(tenants.length).fill(0);
  let bytes = 0;
  for (const i of order) {
    const tenant = tenants[i];
    if (tenant === undefined) continue;
    const size = alignUp(tenant.bytes);
    const start = bestGap(placed, tenant.life, size);
    offsets[i] = start;
    const entry = { start, end: start + size, life: tenant.life };
    const after = placed.findIndex((other) => other.start > start);
    placed.splice(after === -1 ? placed.length : after, 0, entry);
    bytes = Math.max(bytes, entry.end);
  }
  return { offsets, bytes };
}

/** The start of the smallest gap of at least `size` bytes between the neighbours that live at the same time. */
function bestGap(placed: readonly Placed[], life: Life, size: number): number {
  let best = -1;
  let bestRoom = Number.POSITIVE_INFINITY;
  let end = 0;
  for (const other of placed) {
    if (other.life.last < life.first || other.life.first > life.last) continue;
    const room = other.start - end;
    if (room >= size && room < bestRoom) {
      best = end;
      bestRoom = room;
    }
    end = Math.max(end, other.end);
  }
  return best === -1 ? end : best;
}
