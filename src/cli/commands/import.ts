import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { DataError, WickError } from '../../core/errors.js';
import { readRegularFile } from '../../core/regular-file.js';
import { readJson } from '../../io/json-file.js';
import { type ImportedModel, importModel } from '../../runs/import-model.js';
import { transformFromJSON } from '../../vision/transforms/registry.js';
import type { TransformJson } from '../../vision/transforms/transform.js';
import { jsonOption, wholeNumber } from '../options.js';
import { outOption } from '../out-option.js';
import { printAside, printJson, printLine, wrapped } from '../output.js';

interface ImportOptions {
  readonly model?: string;
  readonly classes?: string;
  readonly out?: string;
  readonly imageSize?: number;
  readonly grey?: true;
  readonly transform?: string;
  readonly license?: string;
  readonly json?: true;
}

export function addImport(command: Command): void {
  command
    .argument('<file>', 'weights from elsewhere: .pth, .safetensors, .npz; or a network: .onnx')
    .option(
      '--model <name>',
      'the network that they are of; wick models lists them (default: what a file of wick export says; an .onnx has its own)',
    )
    .option(
      '--classes <names>',
      "a,b,c by number, or a file with one on each line (default: what a file of wick export says, or ImageNet's, of 1000)",
    )
    .addOption(outOption('file', 'where the model goes (default: model.wick)'))
    .option('--image-size <n>', 'side of the inputs in pixels', wholeNumber(1, 8192))
    .option('--grey', 'the inputs have one channel')
    .option(
      '--transform <file>',
      "how a picture becomes an input, as JSON (default: torchvision's, where it publishes weights)",
    )
    .option('--license <terms>', 'under which the weights may be used, such as BSD-3-Clause')
    .addOption(jsonOption())
    .action(runImport);
}

async function runImport(file: string, options: ImportOptions): Promise<void> {
  const { model, out, imageSize, grey, license, json = false } = options;
  const imported = await importModel(file, {
    model,
    classes: options.classes === undefined ? undefined : await classesIn(options.classes),
    path: out,
    imageSize,
    inChannels: grey ? 1 : undefined,
    transform: options.transform === undefined ? undefined : await transformIn(options.transform),
    license,
  });
  if (json) return printJson(imported);
  for (const line of wrapped(described(file, imported), 2)) printLine(line);
  for (const line of wrapped(`  input: ${inputOf(imported)}`, 4)) printLine(line);
  for (const note of imported.notes) printAside(`note: ${note}`);
  if (imported.assumedTransform)
    printAside(
      'note: that is usual, but nobody has said it of these weights; --transform FILE says otherwise',
    );
}

function described(file: string, { path, card, parameters }: ImportedModel): string {
  const { architecture, classes } = card;
  const size = parameters.toLocaleString('en');
  const [first, last] = [classes[0], classes.at(-1)];
  return `${file} → ${path}: ${architecture.name}, ${size} parameters, ${classes.length} classes (${first} … ${last})`;
}

function inputOf({ card }: ImportedModel): string {
  return transformFromJSON(card.transform).toString().replace(/\s+/g, ' ');
}

/** `a,b,c`, or the lines of a file of that name. */
async function classesIn(text: string): Promise<readonly string[]> {
  const status = await stat(text).catch(() => null);
  if (status?.isFile() !== true) {
    if (!text.includes(',') && /[/\\]|\.(txt|csv)$/i.test(text))
      throw new DataError(
        text,
        'there is no such file; --classes takes a,b,c, or a file with one name on each line',
      );
    return text.split(',').map((name) => name.trim());
  }
  const lines = (await readRegularFile(text, maxClassesBytes)).toString('utf8').split(/\r?\n/);
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}

/** A million names. */
const maxClassesBytes = 2 ** 24;

async function transformIn(path: string) {
  const json = await readJson(path);
  try {
    return transformFromJSON(json as TransformJson); // which checks all that is in it
  } catch (cause) {
    throw cause instanceof WickError ? new DataError(path, cause.message, { cause }) : cause;
  }
}
