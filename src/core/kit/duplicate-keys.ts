/**
 * Finds a key that an object of a JSON text contains twice: `JSON.parse` keeps only the last value.
 * @param json valid JSON
 */
export function findDuplicateKey(json: string): string | undefined {
  /** The keys of the open objects; undefined for an open array. */
  const open: (Set<string> | undefined)[] = [];
  let last = '';
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === '{') open.push(new Set());
    else if (character === '[') open.push(undefined);
    else if (character === '}' || character === ']') open.pop();
    else if (character === '"') {
      const end = endOfString(json, at);
      last = json.slice(at + 1, end);
      at = end;
    } else if (character === ':') {
      const keys = open.at(-1);
      if (keys?.has(last)) return last;
      keys?.add(last);
    }
  }
  return undefined;
}

/** Returns the position of the quote that ends a string. @param start position of the quote that begins it */
function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at;
}
