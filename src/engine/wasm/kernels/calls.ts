// Phases that leave WebAssembly: a function of the host, on the main thread, or foreign code, on every thread
// (pool/foreign-code.ts).

import { ForeignArgs, HostArgs } from './args';

@external('env', 'host')
declare function callHost(id: i32): void;

@external('env', 'call')
declare function callForeign(addresses: usize): void;

export function host(args: HostArgs, tid: i32, threads: i32): void {
  if (tid == 0) callHost(args.id);
}

// A thread's record: whether it calls, room for the operands' addresses, and where its share of each operand starts.
export function foreign(args: ForeignArgs, tid: i32, threads: i32): void {
  const record = args.records + <usize>tid * args.recordBytes;
  if (load<u32>(record) == 0) return;
  const addresses = record + 4;
  const bytes = <usize>args.count << 2;
  for (let i: usize = 0; i < bytes; i += 4)
    store<u32>(addresses + i, load<u32>(args.operands + i) + load<u32>(addresses + bytes + i));
  callForeign(addresses);
}
