import { currentLanguage } from '../../report/language/choice.js';
import { languages } from '../../report/language/words.js';
import { chartFiles } from '../../report/run-charts.js';
import { readModelCard } from '../model-card.js';
import { galleryFiles, galleryOf } from '../pictures/galleries.js';
import { readRecord } from '../pictures/run-record.js';
import type { RunFolder } from '../run-folder.js';
import { findInData, isQuickToLookAt } from './data-findings.js';
import { type ReportSource, writeReport } from './write-report.js';

/** Writes all pictures of a run and its report. Returns the report's path. */
export async function writeAll(
  run: RunFolder,
  source: ReportSource,
  language = currentLanguage(),
): Promise<string> {
  const { outcome, set } = source;
  const { classes } = await readModelCard(run);
  const record = await readRecord(run, classes, outcome);
  const { predictions, confusion } = outcome;
  await run.writeFiles(await chartFiles(record, languages[language]));
  if (set !== null && predictions !== null && confusion !== null)
    await run.writeFiles(
      await galleryFiles(
        await galleryOf(set, predictions, confusion, classes, languages[language]),
      ),
    );
  return await writeReport(run, source, language);
}

/** The source with what is wrong with the data, where that is quickly seen. */
export async function withQuickLook(source: ReportSource): Promise<ReportSource> {
  const { task } = source;
  return task !== null && isQuickToLookAt(task)
    ? { ...source, found: await findInData(task) }
    : source;
}
