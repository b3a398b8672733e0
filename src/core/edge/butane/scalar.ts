import { isScalar, type Node, type Scalar } from 'yaml';

/** The value of a scalar, or why it does not have the expected type. */
export type Reading<T> = { value: T | undefined } | { problem: string };

/** Reads a string. Any scalar is read as it is written: `label: 007` is `007`. */
export function readString(node: Node): Reading<string> {
  if (!isScalar(node)) return { problem: 'must be a string' };
  if (node.value === null) return { value: undefined };
  return { value: typeof node.value === 'string' ? node.value : sourceOf(node) };
}

// Forms of YAML 1.1 that Butane's YAML reader (go-yaml 3) still accepts where a boolean is expected.
const YES = new Set(['y', 'Y', 'yes', 'on']);
const NO = new Set(['n', 'N', 'no', 'off']);

/** Reads true or false. */
export function readBoolean(node: Node): Reading<boolean> {
  if (isScalar(node) && node.value === null) return { value: undefined };
  const value = isScalar(node) ? node.value : undefined;
  if (typeof value === 'boolean') return { value };
  if (typeof value === 'string' && YES.has(value)) return { value: true };
  if (typeof value === 'string' && NO.has(value)) return { value: false };
  return { problem: `must be true or false${notValue(node)}` };
}

/** Reads a whole number, 0 or more. */
export function readInteger(node: Node): Reading<number> {
  if (isScalar(node) && node.value === null) return { value: undefined };
  const text = isScalar(node) && node.type === 'PLAIN' ? sourceOf(node).replaceAll('_', '') : '';
  if (/^\+?0[0-9]+$/.test(text))
    return { problem: `is octal for some readers and decimal for others: remove the leading zero${notValue(node)}` };
  const value = /^\+?(0x[0-9a-fA-F]+|0o[0-7]+|0b[01]+|[0-9]+)$/.test(text) ? Number(text.replace('+', '')) : Number.NaN;
  if (Number.isSafeInteger(value)) return { value };
  return { problem: `must be a whole number, 0 or more${notValue(node)}` };
}

function sourceOf(node: Scalar): string {
  return node.source ?? String(node.value);
}

function notValue(node: Node): string {
  return isScalar(node) ? `, not ${JSON.stringify(sourceOf(node))}` : '';
}
