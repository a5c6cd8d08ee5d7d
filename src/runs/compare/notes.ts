/** What must be known before numbers of different runs are put beside each other. */

import { english } from '../../report/language/english.js';
import type { Words } from '../../report/language/words.js';
import { testPrint } from './prints.js';
import type { ComparedRun } from './read-run.js';

type CompareWords = Words['compare'];

/** A run's letter: A … Z, AA, AB, … */
export function runLabel(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : runLabel(Math.floor(index / 26) - 1) + last;
}

/** In plain lines, the most important first. */
export function compareNotes(
  runs: readonly ComparedRun[],
  { compare: words }: Pick<Words, 'compare'> = english,
): string[] {
  const classes = apart(runs, words, (run) => JSON.stringify([...run.classes].sort()));
  const images = apart(runs, words, (run) => JSON.stringify([run.data.test, testPrint(run)]));
  const notes = [
    ...classes.map(words.classesDiffer),
    ...images.map(words.imagesDiffer),
    ...chosenNote(runs, words),
  ];
  return classes.length + images.length > 0 ? notes : [...notes, ...verdict(runs, words)];
}

/** `(A, C) and (B)`, where runs fall apart. */
function apart(
  runs: readonly ComparedRun[],
  words: CompareWords,
  key: (run: ComparedRun) => string,
): string[] {
  const groups = new Map<string, string[]>();
  runs.forEach((run, i) => {
    groups.set(key(run), [...(groups.get(key(run)) ?? []), runLabel(i)]);
  });
  if (groups.size < 2) return [];
  const parts = [...groups.values()].map((members) => `(${members.join(', ')})`);
  return [`${parts.slice(0, -1).join(', ')}${words.and}${parts.at(-1)}`];
}

/** Accuracies on the test set are lower where it did not choose the best epoch. */
function chosenNote(runs: readonly ComparedRun[], words: CompareWords): string[] {
  const by = (split: string) =>
    runs.flatMap(({ accuracy }, i) => (accuracy?.split === split ? runLabel(i) : []));
  const [byTest, byVal] = [by('test'), by('val')];
  if (byTest.length === 0 || byVal.length === 0) return [];
  return [words.chosen(byTest.join(', '), byVal.join(', '))];
}

/** Which is the best, and whether these test images tell it apart from the others. */
function verdict(runs: readonly ComparedRun[], words: CompareWords): string[] {
  const tested = runs.flatMap(({ test }, i) => (test === null ? [] : { test, label: runLabel(i) }));
  const [best, second] = [...tested].sort((a, b) => b.test.estimate - a.test.estimate);
  if (best === undefined || second === undefined) return [];
  const others = tested.filter((run) => run !== best);
  const near = others.filter(({ test }) => test.high >= best.test.low).map(({ label }) => label);
  const points = (100 * (best.test.estimate - second.test.estimate)).toFixed(1);
  if (near.length === 0) return [words.best(best.label, points, second.label)];
  const told = near.length === others.length ? words.others : near.join(', ');
  return [words.notApart(best.label, best.test.samples, told)];
}
