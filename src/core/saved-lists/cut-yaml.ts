import { isCollection, isMap, isPair, isScalar, isSeq, type Document } from 'yaml';

/**
 * Returns how the end of a YAML file shows that it was cut: the syntax of block style allows it to end at nearly every
 * place. Documents in brackets cannot be parsed if they were cut.
 * @param last the last document of the file
 */
export function cutAtEnd(text: string, last: Document): string | undefined {
  if (!isInBlockStyle(last)) return undefined;
  if (isBlank(lastNode(last.contents))) return 'ends with a key or an item without a value: it was cut';
  if (/[\r\n}\]"']$/.test(text) || isWholeList(last)) return undefined;
  return 'does not end with a line break: it was cut';
}

/** True if lines at the end of a document can be missing without an error in its syntax. */
export function isInBlockStyle({ contents, directives }: Document): boolean {
  return isCollection(contents) && !contents.flow && !directives?.docEnd;
}

/** True if a list continues after its items, as kubectl writes it: keys are in alphabetical order. */
function isWholeList({ contents }: Document): boolean {
  if (!isMap(contents)) return false;
  const keys = contents.items.map(({ key }) => (isScalar(key) ? key.value : undefined));
  return keys.at(-1) === 'metadata' && keys.includes('items') && keys.includes('kind');
}

function lastNode(node: unknown): unknown {
  if (isPair(node)) return lastNode(node.value);
  if ((isMap(node) || isSeq(node)) && !node.flow && node.items.length > 0) return lastNode(node.items.at(-1));
  return node;
}

/** True for a value that is not written; `null` and `""` are. */
function isBlank(node: unknown): boolean {
  return node === null || (isScalar(node) && node.value === null && (node.source ?? '') === '');
}
