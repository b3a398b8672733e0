import type { ResourceDefinition } from '../resources.js';
import { closure, fieldsOf, modelOf, type FieldType, type ValueType } from './schema.js';

/** The part of JSON Schema that the OpenAPI documents use. */
export interface JsonSchema {
  $ref?: string;
  type?: string;
  format?: string;
  required?: string[];
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema;
  items?: JsonSchema;
  'x-kubernetes-group-version-kind'?: GroupVersionKind[];
  'x-kubernetes-preserve-unknown-fields'?: true;
}

interface GroupVersionKind {
  group: string;
  version: string;
  kind: string;
}

const VALUES: Record<ValueType, JsonSchema> = {
  string: { type: 'string' },
  integer: { type: 'integer', format: 'int64' },
  number: { type: 'number', format: 'double' },
  boolean: { type: 'boolean' },
  'int-or-string': { type: 'string', format: 'int-or-string' },
  quantity: { type: 'string' },
  time: { type: 'string', format: 'date-time' },
  bytes: { type: 'string', format: 'byte' },
  any: {},
};

/**
 * Makes the schemas of the kinds, and of everything that these contain. A kind whose fields are not known accepts any.
 * @param prefix where a reference finds a schema, such as `#/definitions/`
 */
export function schemasOf(definitions: ResourceDefinition[], prefix: string): Record<string, JsonSchema> {
  const known = definitions.flatMap((definition) => modelOf(definition) ?? []);
  const schemas = Object.fromEntries(closure(known).map((model) => [model, modelSchema(model, prefix)]));
  for (const definition of definitions) {
    const { group, version, kind } = definition;
    const name = modelOf(definition) ?? `${group || 'core'}.${version}.${kind}`;
    schemas[name] ??= { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    schemas[name]['x-kubernetes-group-version-kind'] = [{ group, version, kind }];
  }
  return schemas;
}

function modelSchema(model: string, prefix: string): JsonSchema {
  const fields = [...fieldsOf(model)];
  const required = fields.filter(([, field]) => field.required).map(([name]) => name);
  const properties = Object.fromEntries(fields.map(([name, { type }]) => [name, typeSchema(type, prefix)]));
  return { type: 'object', ...(required.length ? { required } : {}), properties };
}

function typeSchema(type: FieldType, prefix: string): JsonSchema {
  if ('model' in type) return { $ref: prefix + type.model };
  if ('list' in type) return { type: 'array', items: typeSchema(type.list, prefix) };
  if ('map' in type) return { type: 'object', additionalProperties: typeSchema(type.map, prefix) };
  return { ...VALUES[type.value] };
}
