/** A chart of the report that is drawn again as numbers come. */
import type { Chart } from '../../report/echarts.js';
import { element } from '../element.js';

/** What is used of ECharts, which a script beside this one gives. */
interface ECharts {
  init(box: HTMLElement, theme: string | null, options: object): Drawn;
}
interface Drawn {
  setOption(option: object): void;
  resize(size: { width: number; height: number }): void;
  dispose(): void;
}

/** Under this it is a phone. */
const narrowBelow = 480;

const dark = matchMedia('(prefers-color-scheme: dark)');

export interface LiveChart {
  readonly element: HTMLElement;
  show(chart: Chart): void;
  close(): void;
}

/** @param kind what it shows: its class, and its `data-chart` */
export function liveChart(kind: string): LiveChart {
  const box = element('div', { className: `chart ${kind}` });
  box.dataset.chart = kind;
  box.setAttribute('role', 'img');
  let drawn: Drawn | null = null;
  let shown: Chart | null = null;
  const draw = () => {
    const width = box.clientWidth;
    if (shown === null || width === 0) return;
    const { option, narrow = {}, height: usual, width: usualWidth } = shown;
    const height = Math.round(Math.min(usual, Math.max(280, (usual * width) / usualWidth)));
    box.style.height = `${height}px`;
    drawn ??= echarts().init(box, dark.matches ? 'dark' : null, { renderer: 'svg', width, height });
    drawn.resize({ width, height });
    const parts = Object.entries(narrow).map(([key, part]) => [
      key,
      { ...(option[key] as object), ...part },
    ]);
    drawn.setOption({
      backgroundColor: 'transparent',
      animation: false,
      ...option,
      ...(width < narrowBelow && Object.fromEntries(parts)),
      // Its box is drawn into the chart: the page allows no styles inside of markup.
      tooltip: { ...(option.tooltip as object), renderMode: 'richText' },
    });
  };
  const again = () => {
    drawn?.dispose();
    drawn = null;
    draw();
  };
  const observer = new ResizeObserver(draw);
  observer.observe(box);
  dark.addEventListener('change', again);
  return {
    element: box,
    show(chart) {
      shown = chart;
      const { text = '' } = (chart.option.title ?? {}) as { readonly text?: string };
      box.setAttribute('aria-label', text);
      draw();
    },
    close() {
      observer.disconnect();
      dark.removeEventListener('change', again);
      drawn?.dispose();
    },
  };
}

function echarts(): ECharts {
  return (globalThis as unknown as { readonly echarts: ECharts }).echarts;
}
