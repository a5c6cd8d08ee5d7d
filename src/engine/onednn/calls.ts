/** The calls by which the pool's threads run oneDNN's primitives (`../compiler/foreign-call.ts`). */

import { addressOf, openLibrary } from '../ffi.js';
import type { ForeignCalls } from '../pool/foreign-code.js';
import { checkStatus } from './api.js';
import { ArgumentLists } from './argument-list.js';
import { keepToOneThread, type LibraryFile } from './library.js';

/** For the calling thread, the main one or a helper; the library is the process's, so all see the same handles. */
export function foreignCalls(memory: WebAssembly.Memory, data: unknown): ForeignCalls {
  const { path, preload, openMp } = data as LibraryFile; // From this room's provider.
  const library = openLibrary('onednn', path, preload);
  if (openMp) keepToOneThread(library);
  // Pointers as plain numbers (user space ends below 2⁵³): no other form is passed as fast.
  const execute = library.func('int dnnl_primitive_execute(uintptr_t, uintptr_t, int, uintptr_t)');
  const setHandle = library.func('int dnnl_memory_set_data_handle(uintptr_t, uintptr_t)');
  const lists = new ArgumentLists(memory);
  const base = Number(addressOf(memory.buffer)); // Stays when the memory grows.
  return {
    call(primitive, list, addresses, moved) {
      for (let rest = moved; rest !== 0; rest &= rest - 1) {
        const i = 31 - Math.clz32(rest & -rest);
        const status = setHandle(lists.handle(list, i), base + lists.word(addresses + 4 * i));
        if (status !== 0) checkStatus('dnnl_memory_set_data_handle', status);
      }
      const given = base + (lists.arguments(list) >>> 0);
      const status = execute(primitive, lists.stream(list), lists.count(list), given);
      if (status !== 0) checkStatus('dnnl_primitive_execute', status);
    },
  };
}
