/** What runs in the page: charts that can be hovered, in the colours that the reader has chosen, and pictures of a cell. */

/** What is used of the browser. */
interface Node_ {
  readonly clientWidth: number;
  readonly dataset: Readonly<Record<string, string | undefined>>;
  readonly style: { height: string };
  textContent: string | null;
  className: string;
  src: string;
  alt: string;
  title: string;
  append(...nodes: (Node_ | string)[]): void;
  replaceChildren(...nodes: Node_[]): void;
  addEventListener(event: string, listener: () => void): void;
  scrollIntoView(options: object): void;
}
declare const document: {
  getElementById(id: string): Node_ | null;
  querySelectorAll(selector: string): Iterable<Node_>;
  createElement(name: string): Node_;
};
declare const window: {
  matchMedia(query: string): {
    readonly matches: boolean;
    addEventListener(event: string, listener: () => void): void;
  };
  addEventListener(event: string, listener: () => void): void;
};

interface PageChart {
  readonly option: Readonly<Record<string, object>>;
  readonly narrow?: Readonly<Record<string, object>>;
  readonly width: number;
  readonly height: number;
}
interface LiveChart {
  setOption(option: object): void;
  resize(size: { width: number; height: number }): void;
  on(event: string, listener: (event: { data?: { value?: number[] } }) => void): void;
  dispose(): void;
}
declare const echarts: {
  init(element: Node_, theme: string | null, options: object): LiveChart;
};

interface PageAnswer {
  readonly url: string;
  readonly name: string;
  readonly actual: number;
  readonly predicted: number;
  readonly probability: number;
}

const data = JSON.parse(document.getElementById('data')?.textContent ?? '{}') as {
  readonly charts: Readonly<Record<string, PageChart>>;
  readonly classes: readonly string[];
  readonly answers: readonly PageAnswer[];
  readonly words: Readonly<Record<'takenFor' | 'rest', string>>;
};

const dark = window.matchMedia('(prefers-color-scheme: dark)');
const still = window.matchMedia('(prefers-reduced-motion: reduce)');
/** Of a sheet of A4 between its margins. */
const printedWidth = 660;
let live: { readonly chart: LiveChart; readonly box: Node_; readonly of: PageChart }[] = [];

function sizeOf(box: Node_, of: PageChart, width = box.clientWidth) {
  const height = Math.round(Math.min(of.height, Math.max(280, (of.height * width) / of.width)));
  return { width, height };
}

/** Under this it is a phone. */
const narrowBelow = 480;

function optionOf({ option, narrow = {} }: PageChart, width: number) {
  const title = {
    ...option.title,
    textStyle: { width: width - 16, overflow: 'break', fontSize: 13 },
  };
  if (width >= narrowBelow) return option;
  const parts = Object.entries(narrow).map(([key, part]) => [key, { ...option[key], ...part }]);
  return { ...option, title, ...Object.fromEntries(parts) };
}

function draw(printed: boolean): void {
  for (const { chart } of live) chart.dispose();
  live = [...document.querySelectorAll('[data-chart]')].flatMap((box) => {
    const of = data.charts[box.dataset.chart ?? ''];
    if (of === undefined) return [];
    const most = printed ? printedWidth : box.clientWidth;
    const size = sizeOf(box, of, Math.min(most, Math.max(box.clientWidth, 280)));
    box.style.height = `${size.height}px`;
    const theme = dark.matches && !printed ? 'dark' : null;
    const chart = echarts.init(box, theme, { renderer: 'svg', ...size });
    chart.setOption({
      backgroundColor: 'transparent',
      animation: !printed && !still.matches,
      ...optionOf(of, size.width),
    });
    if (box.dataset.chart === 'confusion')
      chart.on('click', ({ data: cell }) => {
        const [predicted, actual, , count] = cell?.value ?? [];
        if (predicted !== undefined && actual !== undefined) show(actual, predicted, count ?? 0);
      });
    return [{ chart, box, of }];
  });
}

/** The pictures of a class that were taken for another, or for itself. */
function show(actual: number, predicted: number, count: number): void {
  const cell = document.getElementById('cell');
  if (cell === null) return;
  const found = data.answers.filter((a) => a.actual === actual && a.predicted === predicted);
  const heading = document.createElement('h3');
  const named = (k: number) => {
    const name = document.createElement('bdi');
    name.textContent = data.classes[k] ?? '';
    return name;
  };
  heading.append(named(actual), ` ${data.words.takenFor} `, named(predicted), `: ${count}×`);
  const pictures = document.createElement('div');
  for (const { url, name, probability } of found) {
    const figure = document.createElement('figure');
    const image = document.createElement('img');
    image.src = url;
    image.alt = name;
    figure.title = name;
    const caption = document.createElement('figcaption');
    caption.textContent = `${(100 * probability).toFixed(1)} %`;
    figure.append(image, caption);
    pictures.append(figure);
  }
  if (found.length < count) {
    const rest = document.createElement('p');
    rest.textContent = data.words.rest.replace('{}', String(count - found.length));
    cell.replaceChildren(heading, pictures, rest);
  } else cell.replaceChildren(heading, pictures);
}

draw(false);
dark.addEventListener('change', () => draw(false));
window.addEventListener('beforeprint', () => draw(true));
window.addEventListener('afterprint', () => draw(false));
window.addEventListener('resize', () => {
  for (const { chart, box, of } of live) {
    const size = sizeOf(box, of);
    box.style.height = `${size.height}px`;
    chart.resize(size);
  }
});
for (const button of document.querySelectorAll('[data-actual]'))
  button.addEventListener('click', () => {
    const { actual, predicted, count } = button.dataset;
    show(Number(actual), Number(predicted), Number(count));
    document.getElementById('cell')?.scrollIntoView({ block: 'nearest' });
  });
