// The AssemblyScript that follows from the descriptions in src/engine/wasm/families/, which the build hands to the assembler:
//
//   args.ts       a class per set of arguments, through which kernels read their words
//   functions.ts  a class per element-wise expression, which a file's `map` takes
//   dispatch.ts   an export per kernel, and the switch that calls kernel `id`
//
// node scripts/generate-kernels.mjs prints them.
import { fileURLToPath } from 'node:url';

/** The modules by file name. `only`: the families that are compiled; other kernels trap. */
export function kernelModules({ kernelFamilies, kernelsOf, kernelTableHash }, only) {
  const families = Object.entries(kernelFamilies).map(([file, family]) => ({
    file,
    compiled: only === undefined || only.includes(file),
    classes: family,
    kernels: kernelsOf(family),
  }));
  const names = families.flatMap(({ kernels }) => kernels.map(({ name }) => name));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new Error(`kernel-table.ts: kernel '${twice}' is listed twice`);
  return {
    'args.ts': argumentClasses(families),
    'functions.ts': functionsSource(families),
    'dispatch.ts': dispatchSource(families, kernelTableHash),
  };
}

function argumentClasses(families) {
  const sources = new Map();
  const add = (name, fields) => {
    const source = `@unmanaged\nexport class ${name} {\n${members(fields)}}\n`;
    if ((sources.get(name) ?? source) !== source)
      throw new Error(`families/: class ${name} is described twice, with different fields`);
    sources.set(name, source);
  };
  for (const { classes } of families)
    for (const [name, { fields }] of Object.entries(classes)) {
      for (const group of Object.values(fields).filter(isGroup)) add(group.name, group.fields);
      add(name, fields);
    }
  return [...sources.values()].join('');
}

const isGroup = (kind) => typeof kind === 'object';

/** Fields of one word; what takes two, is a group or at the end, is read at its place. */
function members(fields) {
  let text = '';
  let place = 0;
  for (const [name, kind] of Object.entries(fields)) {
    if (kind === 'f64') {
      text += `  ${name}Low: u32;\n  ${name}High: u32;\n`;
      text += getter(name, 'f64', `load<f64>(changetype<usize>(this), ${place})`);
      place += 8;
    } else if (kind === 'words' || kind === 'pointers') {
      text += getter(name, 'usize', `changetype<usize>(this) + ${place}`);
    } else if (isGroup(kind)) {
      const inner = Object.entries(kind.fields).map(([of, each]) => [`${name}_${of}`, each]);
      text += members(Object.fromEntries(inner));
      const at = `changetype<usize>(this) + ${place}`;
      text += getter(name, kind.name, `changetype<${kind.name}>(${at})`);
      place += 4 * inner.length;
    } else {
      text += `  ${name}: ${wordTypes[kind] ?? 'usize'};\n`;
      place += 4;
    }
  }
  return text;
}

const wordTypes = { i32: 'i32', f32: 'f32', bool: 'i32' };

function getter(name, type, value) {
  return `  @inline get ${name}(): ${type} { return ${value}; }\n`;
}

const classOf = (kernel) => `${kernel[0].toUpperCase()}${kernel.slice(1)}Function`;

function functionsSource(families) {
  const all = families.flatMap(({ classes, compiled }) =>
    compiled
      ? Object.values(classes).flatMap(({ functions = {} }) => Object.entries(functions))
      : [],
  );
  const calls = all.flatMap(([, { value }]) => value.match(/(?<![\w.])\w+(?=\()/g) ?? []);
  const classes = all.map(
    ([name, { parameters, value, test }]) =>
      `@final @unmanaged\nexport class ${classOf(name)} {\n` +
      `  @inline at(${parameters.map((x) => `${x}: ${test ? 'f32' : 'v128'}`).join(', ')}): ` +
      `${test ? 'bool' : 'v128'} {\n    return ${value};\n  }\n}\n`,
  );
  return `import { ${[...new Set(calls)].join(', ')} } from './activations';\n${classes.join('')}`;
}

/** The function of a family's file that is the kernel. */
function calledFunction({ base, storage, call }) {
  const element = storage === 'bfloat16' ? 'u16' : 'f32';
  if (call.functions !== undefined) return `map<functions.${classOf(base)}, ${element}>`;
  return call.bfloat16?.includes(base) ? `${base}<${element}>` : base;
}

// An exported function is not inlined into the switch, where V8 would run out of registers.
function dispatchSource(families, hash) {
  const lines = ["import * as args_ from './args';", "import * as functions from './functions';"];
  const cases = [];
  let id = 0;
  for (const { file, kernels, compiled } of families) {
    const module = `${file.replaceAll('-', '_')}_`;
    if (compiled && kernels.length > 0) lines.push(`import * as ${module} from './${file}';`);
    for (const kernel of kernels) {
      const { name, args } = kernel;
      if (compiled) {
        lines.push(
          `export function ${name}(args: usize, tid: i32, threads: i32): void {`,
          `  ${module}.${calledFunction(kernel)}(changetype<args_.${args}>(args), tid, threads);`,
          '}',
        );
        cases.push(`    case ${id}: ${name}(args, tid, threads); break;`);
      }
      id++;
    }
  }
  return [
    ...lines,
    'export function call(id: i32, args: usize, tid: i32, threads: i32): void {',
    '  switch (id) {',
    ...cases,
    '    default: unreachable();',
    '  }',
    '}',
    `export function tableHash(): i32 { return ${hash}; }`,
    '',
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const table = await import('../dist/src/engine/wasm/kernel-table.js');
  for (const [file, source] of Object.entries(kernelModules(table)))
    console.log(`// ${file}\n${source}`);
}
