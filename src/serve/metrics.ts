/** What Prometheus reads (https://prometheus.io/docs/instrumenting/exposition_formats/): counters, gauges and histograms as text. */

interface Family {
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** Lines without the family's name: what follows it, and the value. */
  lines(): readonly (readonly [suffix: string, value: number])[];
}

export class Metrics {
  private readonly families = new Map<string, Family>();

  /** Numbers that only grow, one for all values of `labels` that came together. */
  counter(name: string, help: string, labels: readonly string[]): (...values: string[]) => void {
    const counts = new Map<string, number>();
    const lines = () =>
      [...counts].map(([key, count]) => [written(labels, key.split(between)), count] as const);
    this.families.set(name, { help, type: 'counter', lines });
    return (...values) => {
      const key = values.join(between);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    };
  }

  /** A number that is asked for when it is read. */
  gauge(name: string, help: string, read: () => number): void {
    this.families.set(name, { help, type: 'gauge', lines: () => [['', read()]] });
  }

  /** How many observations are at most as large as each bound, all of them, and their sum. */
  histogram(name: string, help: string, bounds: readonly number[]): (value: number) => void {
    const counts = bounds.map(() => 0);
    let [count, sum] = [0, 0];
    this.families.set(name, {
      help,
      type: 'histogram',
      lines: () => [
        ...bounds.map((bound, i) => [`_bucket{le="${bound}"}`, counts[i] ?? 0] as const),
        ['_bucket{le="+Inf"}', count],
        ['_sum', sum],
        ['_count', count],
      ],
    });
    return (value) => {
      count++;
      sum += value;
      bounds.forEach((bound, i) => {
        if (value <= bound) counts[i] = (counts[i] ?? 0) + 1;
      });
    };
  }

  toString(): string {
    return [...this.families]
      .map(([name, { help, type, lines }]) =>
        [
          `# HELP ${name} ${help}`,
          `# TYPE ${name} ${type}`,
          ...lines().map(([suffix, value]) => `${name}${suffix} ${value}`),
          '',
        ].join('\n'),
      )
      .join('');
  }
}

/** What stands between values of labels, and in none of them. */
const between = '\0';

function written(labels: readonly string[], values: readonly string[]): string {
  return `{${labels.map((label, i) => `${label}="${escaped(values[i] ?? '')}"`).join()}}`;
}

function escaped(value: string): string {
  return value.replace(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`));
}
