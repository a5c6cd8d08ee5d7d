/**
 * What a training leaves on terminals of two widths, in a pipe, with NO_COLOR and under --json, as recorded in
 * test/goldens/terminals.txt (UPDATE=1 records anew): numbers are #, and bars, which are drawn over, are judged by themselves.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { temporaryFolder, wick } from './run-wick.js';

const recorded = 'test/goldens/terminals.txt';
const training = ['train', 'digits', '--limit', '64', '--epochs', '2', '--seed', '7'].concat(
  ...['--no-report', '--out', 'run'],
);

/** The command on a terminal that is so wide: stdout says that it is one before the program begins. */
function onTerminal(columns: number, args: readonly string[], env: Record<string, string> = {}) {
  const says = `Object.assign(process.stdout,{isTTY:true,columns:${columns}})`;
  return wick(temporaryFolder(), args, {
    ...env,
    NODE_OPTIONS: `--import=data:text/javascript,${says}`,
  });
}

/** What a screen shows after all lines were begun anew. */
function screen(out: string): string {
  return out
    .split('\n')
    .map((line) => line.split('\r\x1b[K').at(-1))
    .join('\n');
}

/** Without what differs from engine to engine, from day to day, and with what was learned. */
function lasting(text: string): string {
  return text
    .replace(/^warning: .*\n( {2}\S.*\n)*/gm, '')
    .replace(/engine \w+, \d+ threads?/, 'engine ENGINE')
    .replace(/\d+/g, '#');
}

const pieces = (out: string) => out.split('\n').flatMap((line) => line.split('\r\x1b[K'));
const expected = new Map(
  readFileSync(recorded, 'utf8')
    .split(/^== /m)
    .slice(1)
    .map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)]),
);
const seen = new Map<string, string>();

function compare(name: string, text: string): void {
  seen.set(name, text);
  if (process.env.UPDATE === undefined) assert.equal(text, expected.get(name));
}

for (const [columns, env] of [
  [80, {}],
  [80, { NO_COLOR: '1' }],
  [120, {}],
] as const)
  test(`on a terminal of ${columns} columns ${JSON.stringify(env)}`, () => {
    const { code, out, err } = onTerminal(columns, training, env);
    assert.deepEqual([code, err], [0, '']);
    compare(`${columns} columns`, lasting(screen(out)));
    for (const piece of pieces(out)) assert.ok([...piece].length <= columns, piece);
    const bars = pieces(out).filter((piece) => piece.includes('━'));
    assert.ok(bars.length >= 4, `${bars.length} bars`);
    assert.match(bars[0] ?? '', /^Epoch 1\/2 [━╸─]+ +\d+% loss [\d.]+ acc [\d.]+% lr 1\.00E-03 /);
    assert.doesNotMatch(out.replaceAll('\r\x1b[K', ''), /[^\P{Cc}\n]/u, 'no other control codes');
  });

for (const env of [{}, { NO_COLOR: '1' }])
  test(`in a pipe ${JSON.stringify(env)}`, () => {
    const { code, out, err } = wick(temporaryFolder(), training, env);
    assert.deepEqual([code, err], [0, '']);
    compare('pipe', lasting(out));
    assert.doesNotMatch(out, /[^\P{Cc}\n]/u, 'no control codes');
  });

test('under --json, on a terminal too, stdout has objects and nothing else', () => {
  for (const run of [wick(temporaryFolder(), [...training, '--json'])].concat(
    onTerminal(80, [...training, '--json']),
  )) {
    assert.deepEqual([run.code, run.err], [0, '']);
    const events = run.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      events.map(({ event }) => event),
      ['start', 'epoch', 'epoch', 'end'],
    );
    compare('--json', events.map((event) => `${Object.keys(event).join(' ')}\n`).join(''));
  }
});

test('the records are those of these trainings', { skip: process.env.UPDATE === undefined }, () => {
  writeFileSync(recorded, [...seen].map(([name, text]) => `== ${name}\n${text}`).join(''));
});
