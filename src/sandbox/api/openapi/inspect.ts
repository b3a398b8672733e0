import { isRecord } from '../../../core/model/values/json.js';
import { fieldsOf, type FieldType, type ValueType } from './schema.js';

/** A value of another type than the field has. */
export interface Mistyped {
  path: string;
  wanted: string;
  found: string;
}

/** What is wrong with an object. Paths are those of the API server, such as `spec.template.spec.containers[0].name`. */
export interface Findings {
  unknown: string[];
  mistyped: Mistyped[];
  missing: string[];
}

/**
 * Compares an object with the model of its kind. The status is not compared, because clients do not set it.
 * @returns the findings, and the object without unknown fields
 */
export function inspect(model: string, object: Record<string, unknown>): { findings: Findings; known: unknown } {
  const inspection = new Inspection();
  const { status, ...rest } = object;
  const known = inspection.model(model, rest, '') as object;
  return { findings: inspection.findings, known: status === undefined ? known : { ...known, status } };
}

class Inspection {
  readonly findings: Findings = { unknown: [], mistyped: [], missing: [] };

  /** Inspects a value with the fields of a model. @returns the value without unknown fields */
  model(name: string, value: unknown, path: string): unknown {
    if (!isRecord(value)) return this.mismatch(value, 'object', path);
    const fields = fieldsOf(name);
    const known: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(value)) {
      const field = fields.get(key);
      if (field) known[key] = this.type(field.type, item, join(path, key));
      else this.findings.unknown.push(join(path, key));
    }
    for (const [key, { required }] of fields) {
      if (required && (value[key] ?? undefined) === undefined) this.findings.missing.push(join(path, key));
    }
    return known;
  }

  private type(type: FieldType, value: unknown, path: string): unknown {
    // The server reads null as an absent field.
    if (value === null || value === undefined) return value;
    if ('model' in type) return this.model(type.model, value, path);
    if ('value' in type) return matches(type.value, value) ? value : this.mismatch(value, type.value, path);
    if ('list' in type) {
      if (!Array.isArray(value)) return this.mismatch(value, 'array', path);
      return value.map((item, at) => this.type(type.list, item, `${path}[${at}]`));
    }
    if (!isRecord(value)) return this.mismatch(value, 'object', path);
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, this.type(type.map, item, join(path, key))]),
    );
  }

  private mismatch(value: unknown, wanted: string, path: string): unknown {
    this.findings.mistyped.push({ path, wanted, found: typeName(value) });
    return value;
  }
}

function join(path: string, key: string): string {
  return path ? `${path}.${key}` : key;
}

function matches(type: ValueType, value: unknown): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string';
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'int-or-string':
      return typeof value === 'string' || Number.isInteger(value);
    case 'quantity':
      return (
        typeof value === 'number' ||
        (typeof value === 'string' && /^[+-]?[\d.]+([eE][+-]?\d+|[KMGTPE]i?|[numk])?$/.test(value))
      );
    case 'time':
      return typeof value === 'string' && !Number.isNaN(Date.parse(value));
    case 'bytes':
      return typeof value === 'string' && isBase64(value);
    default:
      return true;
  }
}

/** Returns whether a text is Base64 with padding. */
function isBase64(text: string): boolean {
  return Buffer.from(text, 'base64').toString('base64') === text;
}

/** Returns the name of a value's type in the messages of the server. */
function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
