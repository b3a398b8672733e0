import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';

/** What of a document does not fit its schema in docs/json-schema; nothing when it fits. */
export function schemaProblems(name: string, document: unknown): string[] {
  const schema = JSON.parse(
    readFileSync(new URL(`../../docs/json-schema/${name}.json`, import.meta.url), 'utf8'),
  ) as object;
  const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(schema);
  return validate(document)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
}
