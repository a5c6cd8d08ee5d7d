/** The assembler's bytes are GNU as's: a part of what scripts/verify-encoding.mjs compares. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Assembler } from '../../../src/engine/native/asm/assembler.js';
import { gprs, mem, vec } from '../../../src/engine/native/asm/operands.js';
import { samples } from './instruction-samples.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test('instructions are encoded as GNU as encodes them', () => {
  const goldens: Record<string, string> = JSON.parse(
    readFileSync('test/goldens/encoding.json', 'utf8'),
  );
  const own = new Map(samples().map(({ text, bytes }) => [text, hex(bytes)]));
  assert.ok(Object.keys(goldens).length > 100);
  for (const [text, bytes] of Object.entries(goldens)) assert.equal(own.get(text), bytes, text);
});

test('jumps and places in the code count from the end of the instruction', () => {
  const a = new Assembler();
  const end = a.label();
  const constant = a.label();
  const top = a.here();
  a.je(end); // 0f 84 rel32
  a.vbroadcastss(vec(1, 512), mem(constant)); // 62 … rel32
  a.jne(top);
  a.bind(end);
  a.ret();
  a.bind(constant);
  // objdump -d: je 16, vbroadcastss zmm1, [rip+0x7], jne 0, ret
  assert.equal(hex(a.code()), '0f8410000000' + '62f27d48180d07000000' + '0f85eaffffff' + 'c3');
});

test('a label that is nowhere, and operands that an encoding cannot say, are refused', () => {
  const a = new Assembler();
  a.jmp(a.label());
  assert.throws(() => a.code(), /^WickError: internal: code jumps to a label that is nowhere/);
  const b = new Assembler();
  const wide = vec(0, 512);
  assert.throws(() => b.vpackuswb(wide, wide, wide), /VEX cannot say/);
  assert.throws(() => b.vcmpps(wide, wide, wide, 0), /VEX cannot say/, 'all ones in a wide vector');
  assert.throws(() => b.lea(gprs.rax, mem(gprs.rax, 2 ** 40)), /too far/);
  assert.throws(() => b.lea(gprs.rax, mem(gprs.rax, 0, gprs.rsp)), /rsp is no index/);
});
