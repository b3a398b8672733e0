import { readFile } from 'node:fs/promises';
import { LineCounter, isMap, isScalar, isSeq, parseDocument, type Node } from 'yaml';
import { assertShallow } from '../kit/yaml-depth.js';
import { RegadmError, messageOf } from '../model/errors.js';
import { isDigest } from '../model/digest.js';
import type { Protection } from '../model/protection.js';

const LISTS = {
  namespaces: { pattern: /^[a-z0-9*?.-]+$/, form: 'a namespace or a glob' },
  streams: { pattern: /^[a-z0-9*?.-]+\/[a-z0-9*?._-]+$/, form: 'NAMESPACE/NAME, globs allowed' },
  tags: { pattern: /^[a-z0-9*?.-]+\/[a-z0-9*?._-]+:[A-Za-z0-9_*?.-]+$/, form: 'NAMESPACE/NAME:TAG, globs allowed' },
  digests: { pattern: undefined, form: 'a whole digest, sha256:…' },
} as const;

/**
 * Reads the file of `--protect` (docs/protect.md).
 * @throws RegadmError PROTECT_FILE with file, line and field
 */
export async function readProtection(file: string): Promise<Protection> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new RegadmError(`cannot read --protect ${file}: ${messageOf(cause)}`, { code: 'PROTECT_FILE', cause });
  });
  return parseProtection(file, text);
}

/**
 * Parses the text of a `--protect` file.
 * @throws RegadmError PROTECT_FILE
 */
export function parseProtection(file: string, text: string): Protection {
  const lines = new LineCounter();
  try {
    assertShallow(text);
  } catch (error) {
    throw invalid(`${file}:1`, messageOf(error));
  }
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (node: Node | null | undefined): string => `${file}:${lines.linePos(node?.range?.[0] ?? 0).line}`;
  const [problem] = document.errors;
  if (problem) throw invalid(`${file}:${lines.linePos(problem.pos[0]).line}`, problem.message.split('\n')[0]!);
  const protection: Protection = { namespaces: [], streams: [], tags: [], digests: [] };
  const root = document.contents;
  if (root === null) throw invalid(`${file}:1`, 'the file is empty');
  if (!isMap(root)) throw invalid(at(root), 'it must be a mapping with namespaces, streams, tags and digests');
  for (const { key, value } of root.items) {
    const name = String(isScalar(key) ? key.value : key);
    if (!Object.hasOwn(LISTS, name))
      throw invalid(at(key as Node), `unknown field "${name}": known are ${Object.keys(LISTS).join(', ')}`);
    protection[name as keyof Protection] = readList(name as keyof Protection, value as Node | null, key as Node, at);
  }
  return protection;
}

function readList(name: keyof Protection, value: Node | null, key: Node, at: (node: Node) => string): string[] {
  if (value === null || (isScalar(value) && value.value === null)) return [];
  if (!isSeq(value)) throw invalid(at(value ?? key), `${name} must be a list`);
  return value.items.map((node) => {
    const text = isScalar(node) ? node.value : undefined;
    if (typeof text !== 'string') throw invalid(at(node as Node), `an entry of ${name} is not a string`);
    const { pattern, form } = LISTS[name];
    if (pattern ? !pattern.test(text) : !isDigest(text))
      throw invalid(at(node as Node), `"${text}" in ${name} is not ${form}`);
    return text;
  });
}

function invalid(where: string, what: string): RegadmError {
  return new RegadmError(`${where}: ${what}`, {
    code: 'PROTECT_FILE',
    suggestions: ['see docs/protect.md for the form of the file'],
  });
}
