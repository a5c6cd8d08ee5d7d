import { type Command, Option } from 'commander';
import { installRuntime } from '../../export/onnxruntime.js';
import type { Language } from '../../report/language/words.js';
import {
  type ExportedRun,
  type ExportFormat,
  exportFormats,
  exportRun,
} from '../../runs/export-run.js';
import { openModel } from '../../runs/model-source.js';
import { inCommandTerms } from '../command-terms.js';
import { applyLanguage, pageLangOption } from '../lang-option.js';
import {
  applyEngineChoice,
  deviceOption,
  type EngineChoice,
  engineOption,
  jsonOption,
  recipeOption,
  threadsOption,
} from '../options.js';
import { outOption, writable } from '../out-option.js';
import { printAside, printJson, printLine, wrapped } from '../output.js';
import { noteOnLast } from '../scores.js';

interface ExportOptions extends EngineChoice {
  readonly format?: ExportFormat;
  readonly out?: string;
  readonly data?: string;
  readonly recipe?: string;
  readonly license?: string;
  readonly train?: true;
  readonly lang?: Language;
  readonly json?: true;
}

export function addExport(command: Command): void {
  command
    .argument('<run>', 'a run folder, or a model file (.wick)')
    .addOption(
      new Option('--format <name>', 'what kind of file (default: by the ending of --out)').choices(
        exportFormats,
      ),
    )
    .addOption(
      outOption(
        'file',
        'where it goes (default: <run>/model.wick and the like; of web a folder, <run>/web)',
      ).argParser(writable('either')),
    )
    .option('--data <dir>', 'folder with the test images that an ONNX file is checked on')
    .option('--license <terms>', 'under which a model file may be used, such as CC-BY-4.0')
    .option('--train', 'of web: add a page on which visitors teach the network their own classes')
    .addOption(pageLangOption())
    .addOption(recipeOption())
    .addOption(engineOption())
    .addOption(deviceOption())
    .addOption(threadsOption())
    .addOption(jsonOption())
    .action(runExport);
}

async function runExport(path: string, options: ExportOptions, command: Command): Promise<void> {
  applyLanguage(options.lang);
  const run = await openModel(path);
  applyEngineChoice(options);
  const { format, out, data, recipe, license, train, json = false } = options;
  const done = await exportRun(run, { format, path: out, data, recipe, license, train });
  if (json) {
    printJson({ run: run.path, ...done });
    return;
  }
  if (done.checkpoint === 'last') printAside(noteOnLast);
  printLine(`${run.path} → ${done.path}`);
  for (const note of notesOn(done))
    for (const line of wrapped(inCommandTerms(note, command), 2)) printLine(line);
}

function notesOn({ format, path, onnx }: ExportedRun): string[] {
  if (format === 'torch')
    return [`a state dict: model.load_state_dict(torch.load('${path}')) reads it`];
  if (format === 'web')
    return [
      'static files for any web server, the page is index.html; README.md says how it is opened, and used in other pages',
    ];
  if (onnx === undefined)
    return [
      'safetensors, with classes, transform and architecture in the metadata: wick predict and Classifier.load take it',
    ];
  const { opset, check, withoutTestSet } = onnx;
  const file = `ONNX, operators of version ${opset}; input 'input', output 'logits', any size of batch`;
  if (check === null)
    return [
      file,
      `not checked: onnxruntime-node is not installed; ${installRuntime}, and export again`,
    ];
  const { images, maxDifference, tolerance, runtime } = check;
  const what = withoutTestSet === null ? 'images of the test set' : 'random inputs';
  const found =
    `checked in onnxruntime ${runtime} on ${images} ${what}: the same classes, ` +
    `logits within ${maxDifference.toExponential(1)} (${tolerance.toExponential(1)} is allowed)`;
  if (withoutTestSet === null) return [file, found];
  return [file, found, `no test images: ${withoutTestSet}`];
}
