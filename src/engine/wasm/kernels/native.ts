// Code outside WebAssembly; compiler/foreign-call.ts lays out the records that say what to call.

import { A, I } from './abi';

@external('env', 'execute')
declare function execute(primitive: f64, stream: f64, count: i32, args: usize): void;

@external('env', 'bind')
declare function bind(handle: f64, address: usize): void;

const HEAD: usize = 16;
const ARGUMENT: usize = 16;

// Args: 0 records, 1 bytes of a record, 2 count of operands, 3 … their pointers.
export function native(args: usize, tid: i32, threads: i32): void {
  runRecord(A(args, 0) + <usize>tid * A(args, 1), I(args, 2), args + 12);
}

// Calls what a record says with operands at the `count` pointers.
export function runRecord(record: usize, count: i32, pointers: usize): void {
  const primitive = load<u64>(record);
  if (primitive == 0) return;
  const list = record + HEAD;
  let handle = list + 8;
  let offset = list + <usize>count * ARGUMENT;
  for (let i = 0; i < count; i++) {
    const address = load<u32>(pointers) + load<u32>(offset);
    const last = offset + (<usize>count << 2);
    if (address != load<u32>(last)) {
      store<u32>(last, address);
      bind(<f64>load<u64>(handle), address);
    }
    pointers += 4;
    offset += 4;
    handle += ARGUMENT;
  }
  execute(<f64>primitive, <f64>load<u64>(record, 8), count, list);
}
