/** The settings in short: the optimizer, its schedule, and whatever is not as it is by default. */
import { isPlain } from '../../core/options.js';
import { settingKeys } from './keys.js';
import { canBeOff } from './layers.js';
import type { ScheduleSetting } from './schedules.js';
import type { Settings } from './schema.js';

/** `adam lr 0.001, ×0.5 when the test loss stays for 3 epochs, batches of 8, seed 0`. `looked` is what chooses the best epoch. */
export function describeSettings(settings: Settings, looked: string): string {
  const { optimizer, schedule, warmup, batchSize, seed, epochs: _, ...others } = settings;
  const { data: __, model: ___, ...rest } = others; // said with the data
  const { lr, ...options } = optimizer;
  const parts = [
    `${optimizer.name} lr ${lr}`,
    ...unusual(options, 'optimizer', optimizer.name),
    ...(schedule === null ? [] : [scheduleText(schedule, looked)]),
    ...(warmup === null ? [] : [`warm-up ${warmup.epochs} epoch${warmup.epochs === 1 ? '' : 's'}`]),
    `batches of ${batchSize}`,
    ...unusual(rest, '', null),
    `seed ${seed}`,
  ];
  return parts.join(', ');
}

function scheduleText(schedule: ScheduleSetting, looked: string): string {
  if (schedule.name === 'step') return `×${schedule.gamma} every ${schedule.stepSize} epochs`;
  if (schedule.name === 'plateau')
    return `×${schedule.factor} when the ${looked} loss stays for ${schedule.patience} epochs`;
  return [schedule.name, ...unusual(schedule, 'schedule', schedule.name)].join(' ');
}

/** `key value` for each setting of a section that is not as it is by default. */
function unusual(section: object, path: string, of: string | null): string[] {
  return Object.entries(section).flatMap(([name, value]: [string, unknown]) => {
    if (of !== null && name === 'name') return [];
    const key = path === '' ? name : `${path}.${name}`;
    if (isPlain(value)) {
      const inside = unusual(value as object, key, of);
      return inside.length === 0 && canBeOff(key) ? [key] : inside; // on, as it is by default
    }
    const known = settingKeys().find((entry) => entry.key === key && entry.of === of);
    if (JSON.stringify(value) === JSON.stringify(known?.default ?? null)) return [];
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    return [`${of === null ? key : name} ${text}`];
  });
}
