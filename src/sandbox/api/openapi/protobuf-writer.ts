import type { JsonSchema } from './json-schema.js';

/** Encodes a length-delimited field. */
function field(number: number, content: string | Buffer): Buffer {
  const bytes = Buffer.from(content as string);
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}

function optional(number: number, content: string | Buffer | undefined): Buffer[] {
  return content === undefined ? [] : [field(number, content)];
}

const named = (name: string, value: Buffer): Buffer => Buffer.concat([field(1, name), field(2, value)]);

const namedSchemas = (schemas: Record<string, JsonSchema>): Buffer =>
  Buffer.concat(Object.entries(schemas).map(([name, schema]) => field(1, named(name, encodeSchema(schema)))));

function encodeSchema(schema: JsonSchema): Buffer {
  const { properties, additionalProperties, items } = schema;
  const extensions = Object.entries(schema).filter(([name]) => name.startsWith('x-'));
  return Buffer.concat([
    ...optional(1, schema.$ref),
    ...optional(2, schema.format),
    ...(schema.required ?? []).map((name) => field(19, name)),
    ...optional(21, additionalProperties && field(1, encodeSchema(additionalProperties))),
    ...optional(22, schema.type && field(1, schema.type)),
    ...optional(23, items && field(1, encodeSchema(items))),
    ...optional(25, properties && namedSchemas(properties)),
    // The value is YAML, of which JSON is a part.
    ...extensions.map(([name, value]) => field(31, named(name, field(2, JSON.stringify(value))))),
  ]);
}

/**
 * Encodes an OpenAPI document in protobuf, the only format of version 2 that kubectl reads.
 * @see https://github.com/google/gnostic/blob/main/openapiv2/OpenAPIv2.proto
 */
export function encodeOpenApiV2({ info, definitions }: OpenApiV2): Buffer {
  return Buffer.concat([
    field(1, '2.0'),
    field(2, Buffer.concat([field(1, info.title), field(2, info.version)])),
    field(8, ''),
    field(9, namedSchemas(definitions)),
  ]);
}

/** An OpenAPI document of version 2. */
export interface OpenApiV2 {
  swagger: '2.0';
  info: { title: string; version: string };
  paths: object;
  definitions: Record<string, JsonSchema>;
}
