/**
 * Transforms that are code of modules, made again in a worker thread. What comes from a file is never read by this: its JSON
 * could name any module.
 */
import { exportOf } from '../../data/dataset.js';
import type { FloatImage, Image } from '../image.js';
import { Lambda } from './lambda.js';
import { transformWith } from './registry.js';
import type { AnyTransform, Transform, TransformJson } from './transform.js';

/**
 * The transform that `toJSON()` described in the thread that started this one. One with `module` is made by the function, or
 * class, that this module exports under its `name`, given the other options.
 */
export async function loadTransform<T extends AnyTransform = Transform<Image, FloatImage>>(
  json: TransformJson,
): Promise<T> {
  const made = new Map<unknown, AnyTransform>();
  for (const node of withModules(json)) made.set(node, await make(node));
  return transformWith<T>(json, made);
}

/** The descriptions within a description that name a module. */
function withModules(json: unknown): ModuleJson[] {
  if (typeof json !== 'object' || json === null) return [];
  if ('module' in json && typeof json.module === 'string') return [json as ModuleJson];
  return Object.values(json).flatMap(withModules);
}

type ModuleJson = TransformJson & { readonly module: string };

async function make({ name, module, ...options }: ModuleJson): Promise<AnyTransform> {
  if (name === 'Lambda') {
    const of = String(options.function);
    return new Lambda((await exportOf(module, of)) as () => unknown, { module, name: of });
  }
  const maker = await exportOf(module, name);
  const { prototype } = maker as { readonly prototype?: object };
  const isClass = prototype !== undefined && 'apply' in prototype;
  return (isClass ? Reflect.construct(maker, [options]) : await maker(options)) as AnyTransform;
}
