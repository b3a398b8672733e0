import { isRecord } from '../../../core/model/values/json.js';

/** Applies a JSON merge patch (RFC 7396). */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const result: Record<string, unknown> = isRecord(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

interface Operation {
  op: string;
  path: string;
  value?: unknown;
}

/** Applies a JSON patch (RFC 6902): add, replace, remove and test. @throws Error if an operation does not apply */
export function jsonPatch(target: unknown, operations: Operation[]): unknown {
  const root = { value: structuredClone(target) };
  for (const operation of operations) applyOperation(root, operation);
  return root.value;
}

function applyOperation(root: { value: unknown }, { op, path, value }: Operation): void {
  const steps = [
    'value',
    ...path
      .split('/')
      .slice(1)
      .map((step) => step.replace(/~1/g, '/').replace(/~0/g, '~')),
  ];
  const last = steps.pop()!;
  const parent = steps.reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], root);
  if (typeof parent !== 'object' || parent === null)
    throw new Error(`${op} operation does not apply: path ${path} is missing`);
  const holder = parent as Record<string, unknown>;
  if (op !== 'add' && holder[last] === undefined)
    throw new Error(`${op} operation does not apply: path ${path} is missing`);
  if (op === 'test') {
    if (JSON.stringify(holder[last]) !== JSON.stringify(value)) throw new Error(`testing path ${path} failed`);
  } else if (op === 'remove') {
    if (Array.isArray(parent)) parent.splice(Number(last), 1);
    else delete holder[last];
  } else if (Array.isArray(parent) && op === 'add') {
    parent.splice(last === '-' ? parent.length : Number(last), 0, value);
  } else holder[last] = value;
}
