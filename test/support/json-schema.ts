import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';

/** Returns the file name of a document's schema, without `.json`: `image-prune` for ImagePrune. */
export function schemaName(kind: string): string {
  return kind.replaceAll(/(?<!^)[A-Z]/g, '-$&').toLowerCase();
}

/** Reads a published schema. @param name file below docs/json-schema, without `.json` */
function readSchema(name: string): Record<string, unknown> {
  const file = new URL(`../../docs/json-schema/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
}

/** Copies a schema so that every object allows only the documented properties. */
function strict(schema: object): object {
  return JSON.parse(JSON.stringify(schema), (_key, value: unknown) =>
    isObjectSchema(value) ? { additionalProperties: false, ...value } : value,
  ) as object;
}

function isObjectSchema(value: unknown): value is object {
  return (value as { type?: unknown } | null)?.type === 'object';
}

/**
 * Lists the differences between a document and its published schema, including undocumented properties.
 * @param name file below docs/json-schema, without `.json`
 */
export function schemaProblems(name: string, document: unknown): string[] {
  const validate = new Ajv({ allErrors: true, strict: false }).compile(strict(readSchema(name)));
  return validate(document)
    ? []
    : (validate.errors ?? []).map(
        ({ instancePath, message, params }) => `${instancePath} ${message ?? ''} ${JSON.stringify(params)}`,
      );
}
