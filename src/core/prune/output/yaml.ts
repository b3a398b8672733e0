import type { StreamedDocument } from './document.js';

/**
 * A document as YAML, in pieces. Written here because the `yaml` package builds a tree of the whole document first,
 * and takes a hundred times as long for small entries.
 */
export function* yamlPieces({ fields, arrays }: StreamedDocument): Generator<string> {
  yield block(fields, '');
  for (const [key, entries] of Object.entries(arrays)) {
    let lead = `${key}:\n`;
    for (const entry of entries()) {
      yield lead + item(entry, '  ');
      lead = '';
    }
    if (lead !== '') yield `${key}: []\n`;
  }
}

type Container = unknown[] | Record<string, unknown>;

/** Lines of a mapping or a sequence. */
function block(value: Container, pad: string): string {
  if (Array.isArray(value)) return value.map((one) => item(one, pad)).join('');
  let text = '';
  for (const key in value) {
    const one = value[key];
    if (one === undefined) continue;
    text += isFilled(one) ? `${pad}${key}:\n${block(one, `${pad}  `)}` : `${pad}${key}: ${scalar(one)}\n`;
  }
  return text;
}

function item(value: unknown, pad: string): string {
  return `${pad}- ${isFilled(value) ? block(value, `${pad}  `).slice(pad.length + 2) : `${scalar(value)}\n`}`;
}

function isFilled(value: unknown): value is Container {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

/** Words that every YAML reader takes for text: no indicator at the start, no `: `, no ` #`. */
const PLAIN = /^[A-Za-z_/][\w./@,()=-]*(?:[ :][\w./@(][\w./@,()=-]*)*$/;
const RESERVED = /^(?:true|false|null|yes|no|on|off|y|n)$/i;
/** Characters that JSON leaves as they are and YAML does not allow or takes for line breaks. */
const UNPRINTABLE = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

function scalar(value: unknown): string {
  if (typeof value === 'string' && PLAIN.test(value) && !RESERVED.test(value)) return value;
  return JSON.stringify(value).replace(UNPRINTABLE, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
