// Compares the assembler of engine native with GNU as, byte for byte: every instruction of its table with operands of every kind.
//   npm run verify:encoding            (needs binutils; --write makes test/goldens/encoding.json of a part of them)
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { samples } from '../dist/test/engine/native/instruction-samples.js';

const hex = (bytes) => Buffer.from(bytes).toString('hex');

const all = samples();
const folder = mkdtempSync(join(tmpdir(), 'wick-encoding-'));
try {
  // Each in a section of 32 bytes, so that one that is longer or shorter does not move the others.
  const lines = all.map(({ text }) => `${text}\n.balign 32, 0xcc`);
  writeFileSync(join(folder, 'all.s'), `.intel_syntax noprefix\n${lines.join('\n')}\n`);
  execFileSync('as', ['--64', '-o', join(folder, 'all.o'), join(folder, 'all.s')]);
  execFileSync('objcopy', [
    '-O',
    'binary',
    '-j',
    '.text',
    join(folder, 'all.o'),
    join(folder, 'all'),
  ]);
  const binary = readFileSync(join(folder, 'all'));
  const wrong = all.filter(({ bytes }, i) => {
    const theirs = binary.subarray(32 * i, 32 * i + bytes.length);
    const rest = binary.subarray(32 * i + bytes.length, 32 * i + 32);
    return hex(theirs) !== hex(bytes) || rest.some((byte) => byte !== 0xcc);
  });
  for (const sample of wrong.slice(0, 40)) {
    const at = 32 * all.indexOf(sample);
    console.log(`${sample.text}: ${hex(sample.bytes)}, as: ${hex(binary.subarray(at, at + 16))}`);
  }
  console.log(`${all.length - wrong.length} of ${all.length} instructions are GNU as's`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
  if (wrong.length === 0 && process.argv.includes('--write')) {
    const some = all.filter((_, i) => i % 11 === 0).map(({ text, bytes }) => [text, hex(bytes)]);
    writeFileSync(
      'test/goldens/encoding.json',
      `${JSON.stringify(Object.fromEntries(some), undefined, 1)}\n`,
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
