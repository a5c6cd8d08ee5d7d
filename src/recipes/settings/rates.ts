import { zeros } from '../../tensor/creation.js';
import { makeSchedule } from './make-schedule.js';
import { makeOptimizer } from './optimizers.js';
import type { Settings } from './schema.js';

/** The learning rate of every step of a run; `plateau`, which waits for losses, leaves it as it is. */
export function ratesOf(settings: Settings, stepsPerEpoch: number): number[] {
  const optimizer = makeOptimizer(settings.optimizer, [zeros([1])]);
  const made = makeSchedule(optimizer, settings, stepsPerEpoch);
  const rates: number[] = [];
  const count = settings.epochs * stepsPerEpoch;
  for (let step = 1; step <= count; step++) {
    rates.push(optimizer.lr);
    if (step < count && (made?.per === 'step' || step % stepsPerEpoch === 0))
      made?.scheduler.step(-step); // a loss that always falls
  }
  return rates;
}
