// Times `wick serve` against `wick predict` on the same pictures, in turns: images a second, and CPU time an image. The clients take
// CPU time, too: where they share the server's CPUs, images a second say less than the CPU time of each side does.
// One picture in a request, then several; beside each what HTTP alone takes, by a bare server (bare-http.mjs) that gives the same
// answers to the same clients.
//   npm run bench:serve -- [RUN PICTURES…] [--clients N] [--pictures N] [--threads N] [--rounds N]
// Without RUN: networks that never learned, on pictures that are made up.

import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  client,
  formOfImages,
  load,
  main,
  metric,
  quantile,
  startProcess,
  startServer,
} from './serve-process.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    clients: { type: 'string', default: '32' },
    pictures: { type: 'string', default: '32' },
    threads: { type: 'string' },
    rounds: { type: 'string', default: '3' },
  },
});
const threads = options.threads === undefined ? [] : ['--threads', options.threads];
/** Pictures that a server has in work at once. */
const mostAtOnce = 256;
const folder = mkdtempSync(join(tmpdir(), 'wick-bench-serve-'));
try {
  const [run, ...pictures] = positionals;
  const cases =
    run === undefined
      ? [
          await madeUp('resnet18', [3, 224, 224], 'jpg', [300, 400], 200),
          await madeUp('mnistCnn', [1, 28, 28], 'png', [28, 28], 10_000),
        ]
      : [{ name: run, model: run, paths: pictures.flatMap(filesIn) }];
  for (const each of cases) await compare(each);
} finally {
  rmSync(folder, { recursive: true });
}

async function compare({ name, model, paths }) {
  const several = Number(options.pictures);
  const [alone, together] = [[], []];
  for (let round = 0; round < Number(options.rounds); round++) {
    const own = predicted(model, paths);
    alone.push({ ...own, ...(await served(model, paths, 1)) });
    together.push({ ...own, ...(await served(model, paths, several)) });
  }
  tell(name, 'one picture in a request', alone);
  tell(name, `${several} pictures in a request`, together);
}

function tell(name, what, rounds) {
  const most = (key) => Math.max(...rounds.map((round) => round[key]));
  const least = (key) => Math.min(...rounds.map((round) => round[key]));
  const ms = (key) => least(key).toFixed(3);
  console.log(
    `${name}, ${what}: serve ${most('serve').toFixed(0)} images/s (${rounds[0].clients} clients: p50 ${least('p50').toFixed(0)} ms, ` +
      `p99 ${least('p99').toFixed(0)} ms), predict ${most('predict').toFixed(0)} images/s, ratio ${(most('serve') / most('predict')).toFixed(2)}; ` +
      `CPU ms an image: serve ${ms('cpu')}, predict ${ms('predictCpu')}, ratio ${(least('predictCpu') / least('cpu')).toFixed(2)}, clients ${ms('clientCpu')}, HTTP alone ${ms('bareCpu')}; ` +
      `best of ${rounds.length}, ${options.threads ?? cpus().length} CPUs`,
  );
}

/** What `wick predict` takes for a picture: the difference between many pictures and a third of them, without its start. */
function predicted(model, paths) {
  const [some, many] = [paths, [...paths, ...paths, ...paths]].map((all) => predict(model, all));
  const pictures = 2 * paths.length;
  return { predict: many.speed, predictCpu: (many.cpuMs - some.cpuMs) / pictures };
}

/** Images a second by what it says itself, and the CPU time of its process. */
function predict(model, paths) {
  const tellCpu =
    "data:text/javascript,process.on('exit', () => { const { user, system } = process.cpuUsage(); console.error('CPU', user + system); });";
  const args = [...threads, '--top', '3', '--out', join(folder, 'answers.csv')];
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--import', tellCpu, main, 'predict', model, ...paths, ...args],
    { encoding: 'utf8', maxBuffer: 2 ** 28 },
  );
  if (status !== 0) throw new Error(stderr);
  const [, speed] = /([\d.]+) images\/s/.exec(stderr);
  const [, cpu] = /^CPU (\d+)$/m.exec(stderr);
  return { speed: Number(speed), cpuMs: Number(cpu) / 1000 };
}

/** `wick serve`, with so many pictures in a request, and as many clients as keep it busy without being turned away. */
async function served(model, paths, pictures) {
  const requests = bodiesOf(
    paths.map((path) => readFileSync(path)),
    pictures,
  );
  const clients = Math.min(Number(options.clients), Math.max(1, Math.floor(mostAtOnce / pictures)));
  const { answer, ...own } = await measured(
    await startServer([model, ...threads]),
    requests,
    clients,
    paths.length,
  );
  const bareServer = await startProcess([join(import.meta.dirname, 'bare-http.mjs'), answer]);
  const { cpu: bareCpu } = await measured(bareServer, requests, clients, paths.length);
  return { clients, ...own, bareCpu };
}

/** How long a server takes for the requests, which hold so many pictures, and how much of its CPU and of the clients'. */
async function measured(server, requests, clients, pictures) {
  const { ask, close } = client(server.port, clients);
  let answer = '';
  const post = async ({ headers, body }) => {
    const told = await ask('/predict?top=3', { method: 'POST', headers, body });
    if (told.status !== 200) throw new Error(told.body);
    answer ||= told.body;
  };
  await inTurn(clients, requests, post); // code is compiled, caches are filled
  const before = await metric(ask, 'process_cpu_seconds_total');
  const beforeHere = process.cpuUsage();
  const times = [];
  const start = performance.now();
  await inTurn(clients, [...requests, ...requests, ...requests], async (request) => {
    const begun = performance.now();
    await post(request);
    times.push(performance.now() - begun);
  });
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(beforeHere);
  const images = 3 * pictures;
  const cpu = (1000 * ((await metric(ask, 'process_cpu_seconds_total')) - before)) / images;
  close();
  await server.end();
  times.sort((a, b) => a - b);
  return {
    answer,
    serve: images / seconds,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    cpu,
    clientCpu: (user + system) / 1000 / images,
  };
}

/** Requests that hold the pictures: one as it is, several in a form. */
function bodiesOf(pictures, count) {
  if (count === 1)
    return pictures.map((body) => ({
      headers: { 'content-type': 'application/octet-stream' },
      body,
    }));
  const boundary = 'a-boundary-as-long-as-browsers-make-them';
  const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` };
  return Array.from({ length: Math.ceil(pictures.length / count) }, (_, n) => ({
    headers,
    body: formOfImages(pictures.slice(n * count, (n + 1) * count), boundary),
  }));
}

/** `work` on each item, by so many at a time. */
async function inTurn(count, items, work) {
  let next = 0;
  await Promise.all(
    Array.from({ length: count }, async () => {
      for (let i = next++; i < items.length; i = next++) await work(items[i]);
    }),
  );
}

/** A network that never learned, and pictures of soft noise for it. */
async function madeUp(name, inputShape, ending, [height, width], count) {
  await load('src/ops/index.js');
  const { createModel } = await load('src/vision/models/registry.js');
  const { saveModelFile } = await load('src/runs/model-file.js');
  const { manualSeed } = await load('src/tensor/generator.js');
  const { Image } = await load('src/vision/image.js');
  const { encodeJpeg, encodePng } = await load('src/vision/codecs/sharp.js');
  manualSeed(0);
  const [channels, side] = inputShape;
  const classes = Array.from({ length: 10 }, (_, k) => `class ${k}`);
  const options_ = { numClasses: 10, ...(channels === 1 && { inChannels: 1, imageSize: side }) };
  const architecture = { name, options: options_ };
  const transforms = [
    { name: 'Resize', size: Math.round(side * 1.14), interpolation: 'bilinear', maxSize: null },
    { name: 'CenterCrop', size: side },
    { name: 'ToTensor' },
  ].filter((step) => step.name !== 'Resize' || side > 28);
  const card = {
    format: 'wick-model/1',
    architecture,
    inputShape,
    classes,
    transform: { name: 'Compose', transforms },
  };
  const model = join(folder, `${name}.wick`);
  await saveModelFile(model, card, createModel(architecture).stateDict());
  const pictures = join(folder, name);
  mkdirSync(pictures);
  for (let n = 0; n < count; n++) {
    const image = new Image(height, width, channels);
    for (let i = 0; i < image.data.length; i++)
      image.data[i] = 128 + 100 * Math.sin(i * 0.01 * ((n % 7) + 1)) + (i % 17);
    writeFileSync(
      join(pictures, `${n}.${ending}`),
      ending === 'jpg' ? await encodeJpeg(image) : await encodePng(image),
    );
  }
  return { name, model, paths: filesIn(pictures) };
}

function filesIn(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => /\.(jpe?g|png|webp|gif|bmp|tiff?)$/i.test(file));
}
