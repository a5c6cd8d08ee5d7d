// The program that all threads run: a list of phases, each one kernel on one thread's share, and barriers between them.
//
// A program is 32-bit words: the number of phases, then (kernel id, args pointer) per phase; the top bit of the id says
// that no barrier is needed after the phase. `dispatch` is generated from ../kernel-table.ts (scripts/generate-kernels.mjs).
//
// Counters in the first page (pool/control-block.ts holds the same list) only ever grow, so nothing is reset and no thread can
// meet a counter of another run. A thread spins before it sleeps, since waking it takes a while, too; whoever it waits for wakes it.

import { call } from './dispatch';

export * from './dispatch';

const GO: usize = 0; // Runs started by the main thread; the next word counts who sleeps until it changes.
const PROGRAM: usize = 8;
const ARRIVED: usize = 64; // Arrivals at barriers, of all threads since the start; sleepers behind it, too.
const READY: usize = 128; // Helpers that wait for work.
const FAILED: usize = 192; // Not 0 when a thread has died: barriers can no longer be passed.
const SKIPPED: usize = 256; // Not 0 when a host call has thrown: the rest of the run changes nothing.

const NO_BARRIER: i32 = 1 << 31;
// A thread spins for some 10 µs, and for 200 where such long waits are mostly met, since sleeping and being woken takes about as
// long. They are not where another process keeps the one it waits for off its CPU, which may be the one that spins here.
const SHORT_SPINS: i32 = 10000;
const LONG_SPINS: i32 = 200000;
const MOST_PATIENCE: i32 = 16;
const REST: i32 = 32; // Short spins in vain, after which a long one is tried again.
// Each thread has an instance of this module, and so these variables, of its own.
let expected: i32 = 0; // What ARRIVED will be when all threads are at this thread's next barrier.
let barrierPatience: i32 = MOST_PATIENCE;
let goPatience: i32 = MOST_PATIENCE;

// Sleeps while the word is `seen`, at most 100 ms; may return early, and does at once where threads may not sleep. The host's
// Atomics.wait and not memory.atomic.wait32, after which V8 (Node 20) goes on with wrong locals now and then. It counts the
// sleepers of a word in the next one before the word is looked at a last time, and the waker changes the word before it looks for
// sleepers: one of the two always sees the other.
@external('env', 'sleep')
declare function sleep(word: usize, seen: i32): void;

@inline
function wake(word: usize): void {
  if (atomic.load<i32>(word, 4) != 0) atomic.notify(word, -1);
}

// Spins until a counter is `value`, for long while there is patience, which long waits that were met add to: one that was not
// takes twice as much. Returns what is left.
function spin(counter: usize, value: i32, patience: i32): i32 {
  const most = patience > 0 ? LONG_SPINS : SHORT_SPINS;
  for (let i = 0; i < most; i++)
    if (atomic.load<i32>(counter) - value >= 0)
      return i < SHORT_SPINS ? patience : min(patience + 1, MOST_PATIENCE);
  if (patience <= 0) return patience + 1;
  return patience > 2 ? patience - 2 : -REST;
}

function barrier(threads: i32): void {
  expected += threads;
  if (atomic.add<i32>(ARRIVED, 1) + 1 == expected) {
    wake(ARRIVED);
    return;
  }
  barrierPatience = spin(ARRIVED, expected, barrierPatience);
  for (;;) {
    const seen = atomic.load<i32>(ARRIVED);
    if (seen - expected >= 0) return;
    if (atomic.load<i32>(FAILED) != 0) unreachable();
    sleep(ARRIVED, seen);
  }
}

function run(program: usize, tid: i32, threads: i32): void {
  const end = program + 4 + (<usize>load<u32>(program) << 3);
  for (let phase = program + 4; phase < end; phase += 8) {
    const id = load<i32>(phase);
    if (load<i32>(SKIPPED) == 0) call(id & ~NO_BARRIER, <usize>load<u32>(phase, 4), tid, threads);
    if (threads > 1 && (id >= 0 || phase + 8 == end)) barrier(threads);
  }
}

// Runs a program on the calling thread alone.
export function runAlone(program: usize): void {
  run(program, 0, 1);
}

// Runs a program on the calling (main) thread and `threads` − 1 helpers.
export function runTogether(program: usize, threads: i32): void {
  store<u32>(PROGRAM, <u32>program);
  atomic.add<i32>(GO, 1);
  wake(GO);
  run(program, 0, threads);
}

// A helper's life: waits for runs and takes part in them; returns when the program is 0.
export function serve(tid: i32, threads: i32): void {
  let runs: i32 = 0;
  atomic.add<i32>(READY, 1);
  atomic.notify(READY, -1);
  for (;;) {
    goPatience = spin(GO, runs + 1, goPatience);
    while (atomic.load<i32>(GO) == runs) sleep(GO, runs);
    runs++;
    const program = <usize>load<u32>(PROGRAM);
    if (program == 0) return;
    run(program, tid, threads);
  }
}
