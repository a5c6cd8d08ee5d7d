/** `openapi.json`: what the server can be asked, in the form that other programs read (https://spec.openapis.org/oas/v3.1.0). */
import { z } from 'zod';
import { version } from '../core/version.js';
import {
  errorAnswer,
  explainAnswer,
  healthAnswer,
  modelsAnswer,
  predictAllAnswer,
  predictAnswer,
} from './answers.js';
import { mostPictures, pictureJson, picturesJson } from './picture-json.js';
import { explainParameters, parameters, predictParameters } from './query.js';

const binary = { type: 'string', format: 'binary' };

const image = { ...binary, description: 'A picture, as one file.' };
const images = {
  type: 'array',
  items: binary,
  minItems: 1,
  maxItems: mostPictures,
  description: 'Several pictures: a file each, all of this name.',
};

function bodyOf(form: object, json: z.ZodType): object {
  return {
    required: true,
    content: {
      'application/octet-stream': { schema: binary },
      'image/*': { schema: binary },
      'multipart/form-data': { schema: form },
      'application/json': { schema: schemaOf(json) },
    },
  };
}

const onePicture = bodyOf(
  { type: 'object', properties: { image }, required: ['image'] },
  pictureJson,
);
const onePictureOrSeveral = bodyOf(
  {
    type: 'object',
    properties: { image, images },
    oneOf: [{ required: ['image'] }, { required: ['images'] }],
  },
  picturesJson,
);

/** What any request may be answered. */
const refusals = (token: boolean): Readonly<Record<string, string>> => ({
  400: 'A request that cannot be read.',
  ...(token && { 401: 'The token is missing, or another one.' }),
  403: 'A request that is not allowed: by Host or by Origin.',
  500: 'A mistake of the server; its log says more.',
});

/** And what else one that brings pictures may be. */
const failures: Readonly<Record<string, string>> = {
  403: 'A request that is not allowed: by Host, by Origin, or for the address of a picture.',
  404: 'There is no such model.',
  408: 'A body that took too long to arrive.',
  413: 'A body that is too large, a picture of too many pixels, or too many pictures.',
  415: 'A Content-Type that is none of a picture, or a body that is packed.',
  422: 'A picture that cannot be read; of several, none can be.',
  502: 'The address of a picture cannot be fetched.',
  503: 'Too many requests at once, or too long an answer; try again.',
  504: 'The address of a picture is too slow.',
};

/** The document. `token`: whether requests need one. */
export function openApi(token: boolean): object {
  const ask = (
    summary: string,
    names: readonly (keyof typeof parameters)[],
    requestBody: object,
    answer: z.ZodType,
  ) => ({
    summary,
    parameters: names.map((name) => ({ name, in: 'query', ...parameters[name] })),
    requestBody,
    responses: {
      200: answered(answer, 'The answer.'),
      ...errors({ ...refusals(token), ...failures }),
    },
  });
  const told = (summary: string, content: object, asksToken = token) => ({
    summary,
    responses: { 200: { description: 'The answer.', content }, ...errors(refusals(asksToken)) },
  });
  const text = { 'text/plain': { schema: { type: 'string' } } };
  const health = told('Whether the server takes requests.', contentOf(healthAnswer), false);
  return {
    openapi: '3.1.0',
    info: { title: 'wick serve', version: version() },
    ...(token && { security: [{ token: [] }] }),
    paths: {
      '/predict': {
        post: ask(
          'What a picture shows, or each of several.',
          predictParameters,
          onePictureOrSeveral,
          z.union([predictAnswer, predictAllAnswer]),
        ),
      },
      '/explain': {
        post: ask(
          'Where the model sees its reasons.',
          explainParameters,
          onePicture,
          explainAnswer,
        ),
      },
      '/models': { get: told('The models.', contentOf(modelsAnswer)) },
      '/health': {
        get: {
          ...health,
          security: [],
          responses: { ...health.responses, 503: answered(healthAnswer, 'It is about to end.') },
        },
      },
      '/metrics': { get: told('What Prometheus reads.', text) },
      '/openapi.json': {
        get: told('This document.', { 'application/json': { schema: { type: 'object' } } }),
      },
    },
    ...(token && {
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    }),
  };
}

function errors(texts: Readonly<Record<string, string>>): object {
  return Object.fromEntries(
    Object.entries(texts).map(([status, text]) => [status, answered(errorAnswer, text)]),
  );
}

function answered(schema: z.ZodType, description: string): object {
  return { description, content: contentOf(schema) };
}

function contentOf(schema: z.ZodType): object {
  return { 'application/json': { schema: schemaOf(schema) } };
}

function schemaOf(schema: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema);
  return rest;
}
