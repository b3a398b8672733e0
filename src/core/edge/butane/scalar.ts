import { isScalar, type Node, type Scalar } from 'yaml';

/** What a scalar means, or why it means nothing of the kind that was asked for. */
export type Reading<T> = { value: T | undefined } | { problem: string };

/** A text: any scalar counts, as it is written (`label: 007` is `007`). */
export function readString(node: Node): Reading<string> {
  if (!isScalar(node)) return { problem: 'must be a text' };
  if (node.value === null) return { value: undefined };
  return { value: typeof node.value === 'string' ? node.value : sourceOf(node) };
}

// The forms of YAML 1.1 that Butane's YAML reader (go-yaml 3) still takes where a boolean is expected.
const YES = new Set(['y', 'Y', 'yes', 'on']);
const NO = new Set(['n', 'N', 'no', 'off']);

/** true or false. */
export function readBoolean(node: Node): Reading<boolean> {
  if (isScalar(node) && node.value === null) return { value: undefined };
  const value = isScalar(node) ? node.value : undefined;
  if (typeof value === 'boolean') return { value };
  if (typeof value === 'string' && YES.has(value)) return { value: true };
  if (typeof value === 'string' && NO.has(value)) return { value: false };
  return { problem: `must be true or false${shown(node)}` };
}

/** A whole number, not negative. */
export function readInteger(node: Node): Reading<number> {
  if (isScalar(node) && node.value === null) return { value: undefined };
  const text = isScalar(node) && node.type === 'PLAIN' ? sourceOf(node).replaceAll('_', '') : '';
  if (/^\+?0[0-9]+$/.test(text))
    return { problem: `is octal to some readers, decimal to others: write it without the leading zero${shown(node)}` };
  const value = /^\+?(0x[0-9a-fA-F]+|0o[0-7]+|0b[01]+|[0-9]+)$/.test(text) ? Number(text.replace('+', '')) : Number.NaN;
  if (Number.isSafeInteger(value)) return { value };
  return { problem: `must be a whole number, 0 or more${shown(node)}` };
}

function sourceOf(node: Scalar): string {
  return node.source ?? String(node.value);
}

function shown(node: Node): string {
  return isScalar(node) ? `, not ${JSON.stringify(sourceOf(node))}` : '';
}
