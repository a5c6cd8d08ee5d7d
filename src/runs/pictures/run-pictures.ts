import type { Dataset } from '../../data/dataset.js';
import type { SkippedSample } from '../../data/fetch-batch.js';
import type { Task } from '../../recipes/recipe.js';
import { currentLanguage } from '../../report/language/choice.js';
import { languages } from '../../report/language/words.js';
import type { Callback } from '../../train/callback.js';
import type { EpochEvent, FitSummary, MeasureEvent } from '../../train/metrics.js';
import { withQuickLook, writeAll } from '../report/write-all.js';
import type { RunFolder } from '../run-folder.js';
import { TrainedModel } from '../trained-model.js';
import { askedAgain } from './asked-again.js';
import { Collected } from './collected.js';
import { DrawingThread, type Wanted } from './drawing-thread.js';
import { galleryOf } from './galleries.js';
import type { Outcome } from './run-record.js';
import { samplesPicture } from './samples.js';
import { ShownSet } from './shown-set.js';

/**
 * Draws a run while training goes on: charts and pictures of where the best weights are wrong, by a thread of its
 * own, and all of it once more at the end. What cannot be drawn is told and ends no training.
 */
export class RunPictures implements Callback {
  private readonly thread: DrawingThread;
  private collected = new Collected();
  private outcome: Outcome = { best: null, test: null, confusion: null, predictions: null };
  /** What `outcome` was measured on. */
  private split: 'val' | 'test' = 'test';

  constructor(
    private readonly run: RunFolder,
    private readonly task: Task,
    private readonly seed: number,
    /** The samples that were left out so far, of which set. */
    private readonly skippedOf: (dataset: Dataset) => readonly SkippedSample[],
    private readonly tell: (text: string) => void,
  ) {
    currentLanguage(); // what is wrong with it shows now
    this.thread = new DrawingThread(run, tell);
  }

  async onFitStart(): Promise<void> {
    if (this.run.continued) return; // they are there
    await this.unlessItFails(async () => {
      const png = await samplesPicture(this.task, this.seed);
      if (png !== null) await this.run.writeFile('samples.png', png);
    });
  }

  onMeasure({ batch, logits, labels }: MeasureEvent): void {
    if (batch === 1) this.collected = new Collected();
    this.collected.add(logits, labels);
  }

  onEpoch({ best, epoch, split, heldOut }: EpochEvent): void {
    if (best) {
      const confusion = heldOut.confusion.compute();
      const predictions = this.collected.predictions();
      this.split = split;
      this.outcome = { best: epoch, test: null, confusion, predictions };
    }
    this.thread.draw(() => this.wanted());
  }

  /** What there is to draw now. */
  private async wanted(): ReturnType<Wanted> {
    const { outcome, task } = this;
    const { classes } = task;
    const language = currentLanguage();
    const { predictions, confusion } = outcome;
    const gallery =
      predictions === null || confusion === null
        ? null
        : await galleryOf(this.shownSet(), predictions, confusion, classes, languages[language]);
    return { classes, language, outcome, gallery };
  }

  async onEnd(summary: FitSummary): Promise<void> {
    await this.finish(summary);
  }

  async onFail(_: unknown, summary: FitSummary): Promise<void> {
    await this.finish(summary);
  }

  /** Draws everything as it is at the end of the training, here: nobody waits for steps any more. */
  private async finish({ best, test, interrupted }: FitSummary): Promise<void> {
    await this.thread.stop();
    if (!(await this.run.hasWeights())) return;
    let isForgotten = false;
    if (best?.split === 'val' && test !== null) {
      const confusion = test.confusion.compute();
      const { loss, accuracy } = test;
      const predictions = this.collected.predictions();
      this.split = 'test';
      this.outcome = { best: best.epoch, test: { loss, accuracy }, confusion, predictions };
    } else if (best !== null && best.epoch !== this.outcome.best) {
      // It went on after its best epoch: what was predicted then is not known any more.
      const confusion = best.heldOut.confusion.compute();
      isForgotten = true;
      this.split = best.split;
      this.outcome = { best: best.epoch, test: null, confusion, predictions: null };
    }
    await this.unlessItFails(() => this.report(isForgotten && !interrupted));
  }

  private async report(askAgain: boolean): Promise<void> {
    const { run, task, split } = this;
    const trained = await TrainedModel.load(run).catch(() => null); // of one that went wrong there are no maps
    let { outcome } = this;
    let set = this.shownSet();
    if (askAgain && trained !== null) {
      const { predictions, skipped } = await askedAgain(trained, this.shownDataset());
      outcome = { ...outcome, predictions };
      set = this.shownSet(skipped);
    }
    const source = { outcome, split, set, trained, task, found: null };
    await writeAll(run, await withQuickLook(source));
  }

  /** The set that `outcome` was measured on. */
  private shownSet(skipped = this.skippedOf(this.shownDataset())): ShownSet {
    return new ShownSet(this.shownDataset(), this.task.evalTransform, skipped);
  }

  private shownDataset(): Dataset {
    const { val, test } = this.task;
    return this.split === 'val' && val !== null ? val : test;
  }

  private async unlessItFails(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.tell(error instanceof Error ? error.message : String(error));
    }
  }
}
