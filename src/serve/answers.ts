/** What the server answers, as schemas: openapi.json is made of them, and tests hold real answers against them. */
import { z } from 'zod';

const probability = z.number().min(0).max(1);
const name = z.string();

const model = name.describe('The name of the model that answered.');

const result = z.strictObject({
  predictions: z
    .array(z.strictObject({ label: name, probability }))
    .describe('The most probable class first.'),
  unsure: z.boolean().describe('Whether the best class is less probable than threshold.'),
  looksInverted: z
    .boolean()
    .describe('Whether dark and light are the other way round in the pictures it was trained on.'),
  inverted: z.boolean().describe('Whether dark and light were exchanged.'),
});

export const errorAnswer = z.strictObject({ error: z.string() });

export const predictAnswer = z.strictObject({ model, ...result.shape });

export const predictAllAnswer = z.strictObject({
  model,
  results: z
    .array(z.union([result, errorAnswer]))
    .describe(
      'One for each picture, in their order; what is wrong with it, where it cannot be read.',
    ),
});

export const explainAnswer = z.strictObject({
  model: name,
  label: name.describe('The class that is explained.'),
  probability,
  picture: z.string().describe('What the network was given of the picture: a data: URL of a PNG.'),
  heatmap: z
    .strictObject({
      height: z.int().positive(),
      width: z.int().positive(),
      values: z.array(probability).describe('Row by row.'),
    })
    .describe('How much each place speaks for the class (Grad-CAM).'),
});

export const modelsAnswer = z.strictObject({
  models: z.array(
    z.strictObject({
      name,
      classes: z.array(name),
      inputShape: z.array(z.int().positive()).length(3).describe('[C, H, W]'),
      loadedAt: z.iso.datetime(),
      license: z.string().optional(),
    }),
  ),
});

export const healthAnswer = z.strictObject({
  status: z.enum(['ok', 'closing']),
  models: z.int().nonnegative(),
});

/** What a schema describes, as whoever answers makes it: nothing of it is changed any more. */
type Made<T> = T extends object ? { readonly [K in keyof T]: Made<T[K]> } : T;

export type Answers = {
  readonly predict: Made<z.infer<typeof predictAnswer> | z.infer<typeof predictAllAnswer>>;
  readonly result: Made<z.infer<typeof result>>;
  readonly error: Made<z.infer<typeof errorAnswer>>;
  readonly explain: Made<z.infer<typeof explainAnswer>>;
  readonly models: Made<z.infer<typeof modelsAnswer>>;
  readonly health: Made<z.infer<typeof healthAnswer>>;
};
