import { fieldsOf, type FieldType, type ValueType } from '../openapi/schema.js';
import { FIELD_NUMBERS } from './field-numbers.js';
import { openEnvelope, wireFields, type WireField } from './wire.js';

type Json = Record<string, unknown>;

/**
 * Decodes an object in protobuf, the format that `kubectl create KIND NAME` sends, to what its JSON contains.
 * @returns undefined for a body in another format, or of a kind whose fields are not known
 * @throws RangeError for a message that ends in the middle
 */
export function decodeObject(body: Buffer): Json | undefined {
  const envelope = openEnvelope(body);
  if (!envelope || !Object.hasOwn(FIELD_NUMBERS, envelope.kind)) return undefined;
  const { apiVersion, kind, content } = envelope;
  // A client sends an empty status in protobuf, but none in JSON.
  const { status: _status, ...object } = message(kind, kind, content);
  return { apiVersion, kind, ...object };
}

/** Decodes a message with the types that `model` gives its fields. */
function message(name: string, model: string, content: Buffer): Json {
  const names = namesOf(name);
  const types = fieldsOf(model);
  const object: Json = {};
  for (const field of wireFields(content)) {
    const key = names.get(field.number);
    if (key === undefined) continue;
    if (key.startsWith('+')) Object.assign(object, message(key.slice(1), model, bytesOf(field)));
    else add(object, key, types.get(key)!.type, field);
  }
  return object;
}

function add(object: Json, key: string, type: FieldType, field: WireField): void {
  if ('list' in type) {
    object[key] = [...((object[key] as unknown[]) ?? []), valueOf(type.list, field)];
  } else if ('map' in type) {
    const [name, value] = entry(bytesOf(field));
    const decoded = value === undefined ? '' : valueOf(type.map, value);
    object[key] = { ...(object[key] as Json), [name]: decoded };
  } else {
    const value = valueOf(type, field);
    // Protobuf has these values also for fields that the client did not set.
    const isUnset = value === undefined || value === '' || (key === 'generation' && value === 0);
    if (!isUnset) object[key] = value;
  }
}

function entry(content: Buffer): [key: string, value: WireField | undefined] {
  const fields = wireFields(content);
  const key = fields.find(({ number }) => number === 1);
  return [key ? bytesOf(key).toString() : '', fields.find(({ number }) => number === 2)];
}

function valueOf(type: FieldType, field: WireField): unknown {
  if ('model' in type) return message(type.model, type.model, bytesOf(field));
  if ('value' in type) return VALUES[type.value](field);
  throw new RangeError('lists of lists do not exist');
}

const VALUES: Record<ValueType, (field: WireField) => unknown> = {
  string: (field) => bytesOf(field).toString(),
  integer: (field) => field.value,
  number: (field) => bytesOf(field).readDoubleLE(),
  boolean: (field) => field.value !== 0,
  bytes: (field) => bytesOf(field).toString('base64'),
  quantity: (field) => textOf(field, 1),
  time: (field) => time(numberOf(field, 1)),
  'int-or-string': (field) => (numberOf(field, 1) === 1 ? textOf(field, 3) : (numberOf(field, 2) ?? 0)),
  any: () => undefined,
};

/** Returns a time in the format of JSON; undefined for the empty time of a new object. */
function time(seconds: number | undefined): string | undefined {
  return seconds === undefined ? undefined : `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}

function bytesOf({ value }: WireField): Buffer {
  if (Buffer.isBuffer(value)) return value;
  throw new RangeError('a number stands where a message is expected');
}

function numberOf(field: WireField, number: number): number | undefined {
  const found = wireFields(bytesOf(field)).find((each) => each.number === number);
  return typeof found?.value === 'number' ? found.value : undefined;
}

function textOf(field: WireField, number: number): string {
  const found = wireFields(bytesOf(field)).find((each) => each.number === number);
  return found ? bytesOf(found).toString() : '';
}

const parsed = new Map<string, Map<number, string>>();

/** Returns the field names of a message by number. Parses them at the first use. */
function namesOf(name: string): Map<number, string> {
  let names = parsed.get(name);
  if (!names) {
    names = new Map();
    let number = 0;
    for (const word of FIELD_NUMBERS[name]?.split(' ') ?? []) {
      const [field = '', from] = word.split(':').reverse();
      number = from === undefined ? number + 1 : Number(from);
      names.set(number, field);
    }
    parsed.set(name, names);
  }
  return names;
}
