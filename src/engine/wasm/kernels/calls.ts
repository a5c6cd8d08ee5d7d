// Phases that leave WebAssembly: a function of the host, on the main thread, or foreign code, on every thread
// (pool/foreign-code.ts; compiler/foreign-call.ts lays out the records that say what to call).

import { ForeignArgs, HostArgs } from './args';

@external('env', 'host')
declare function callHost(id: i32): void;

@external('env', 'call')
declare function callForeign(target: f64, list: usize, addresses: usize, moved: u32): void;

export function host(args: HostArgs, tid: i32, threads: i32): void {
  if (tid == 0) callHost(args.id);
}

export function foreign(args: ForeignArgs, tid: i32, threads: i32): void {
  runRecord(args.records + <usize>tid * args.recordBytes, args.count, args.operands);
}

// Calls what a record says with operands at the `count` pointers.
export function runRecord(record: usize, count: i32, pointers: usize): void {
  const target = load<u64>(record);
  if (target == 0) return;
  const addresses = record + 8;
  const bytes = <usize>count << 2;
  let moved: u32 = 0;
  for (let i = 0; i < count; i++) {
    const at = addresses + (<usize>i << 2);
    const address = load<u32>(pointers + (<usize>i << 2)) + load<u32>(at + bytes);
    if (address == load<u32>(at)) continue;
    store<u32>(at, address);
    moved |= (<u32>1) << <u32>min(i, 31);
  }
  callForeign(<f64>target, addresses + 2 * bytes, addresses, moved);
}
