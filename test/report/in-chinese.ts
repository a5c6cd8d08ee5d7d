import assert from 'node:assert/strict';
import { chineseNote } from '../../src/report/language/chinese-notes.js';

/** What pages say in Chinese of what a training was told in English; fails where they would say it in English. */
export function inChinese(note: string): string {
  const said = chineseNote(note);
  assert.notEqual(said, note, `no Chinese for: ${note}`);
  assert.match(said, /\p{Script=Han}/u);
  assert.doesNotMatch(said, /\b[a-z]+ [a-z]+ [a-z]+\b/, `English is left in: ${said}`);
  return said;
}
