// A thread's walk over its share of the pixels of x [N][G][R][B] (./batch-norm.ts): runs of pixels of one block of channels, each
// of so few that they stay in the first-level cache while a block's channels are taken one after the other.

import { span } from './elements';
import { unitStart } from './share';

let next: i32 = 0;
let end: i32 = 0;
let groups: i32 = 0;
let rows: i32 = 0;
let longest: i32 = 0;

// Of the run where the walk is: its first of all pixels, how many it has, and the block of channels [0, G) that they are of.
export let runStart: i32 = 0;
export let runPixels: i32 = 0;
export let runGroup: i32 = 0;

// Before the first run.
export function startRuns<T>(images: i32, ofGroups: i32, ofRows: i32, block: i32, tid: i32, threads: i32): void {
  groups = ofGroups;
  rows = ofRows;
  longest = block == 1 ? rows : max(8, min(64, <i32>(16384 / span<T>(block))));
  const pixels = images * groups * rows;
  next = unitStart(pixels, tid, threads);
  end = unitStart(pixels, tid + 1, threads);
}

// Goes to the next run; false where there is none.
@inline
export function nextRun(): bool {
  if (next >= end) return false;
  const unit = next / rows;
  runStart = next;
  runPixels = min(min((unit + 1) * rows, end) - next, longest);
  runGroup = unit % groups;
  next += runPixels;
  return true;
}
