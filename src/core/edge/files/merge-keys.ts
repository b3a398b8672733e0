import { isAlias, isMap, isScalar, isSeq, visit, type Document, type Node, type Pair, type YAMLMap } from 'yaml';

/** Maximum merges in one map, those of its sources included: nested ones would take longer than anyone waits. */
const MAX_MERGES = 1000;

/** Returns the maps that a map merges with `<<`; the keys of earlier ones come first. */
export function mergeSources(map: YAMLMap, document: Document): YAMLMap[] {
  return map.items.filter(isMerge).flatMap(({ value }) => sourcesIn(value, document).filter(isMap));
}

/** Returns the keys of a map and of those that it merges. */
export function keysOf(map: YAMLMap, document: Document): unknown[] {
  const own = map.items.filter((pair) => !isMerge(pair)).map(({ key }) => (isScalar(key) ? key.value : key));
  return [...new Set([...own, ...mergeSources(map, document).flatMap((source) => keysOf(source, document))])];
}

/** Finds the first map with a `<<` that merges something else than maps, a map that contains it, or too many maps. */
export function mergeProblem(document: Document): { node: Node; message: string } | undefined {
  const counts = new Map<Node, number>();
  let problem: { node: Node; message: string } | undefined;
  visit(document, {
    Map: (_key, map, path) => {
      const message = problemOf(map, path, document) ?? excess(countMerges(map, document, counts));
      if (message) problem = { node: map, message: `not usable YAML: ${message}` };
      return problem && visit.BREAK;
    },
  });
  return problem;
}

function problemOf(map: YAMLMap, parents: readonly unknown[], document: Document): string | undefined {
  const sources = map.items.filter(isMerge).flatMap(({ value }) => sourcesIn(value, document));
  if (!sources.every((source) => isMap(source))) return '<< can merge only maps';
  return sources.some((source) => source === map || parents.includes(source))
    ? 'an alias stands for its own parent'
    : undefined;
}

function excess(count: number): string | undefined {
  return count > MAX_MERGES ? 'too many maps are merged with <<' : undefined;
}

/** Counts the merges below a map, repeated ones repeatedly. Aliases refer to maps that are counted already. */
function countMerges(map: YAMLMap, document: Document, counts: Map<Node, number>): number {
  const known = counts.get(map);
  if (known !== undefined) return known;
  counts.set(map, 0);
  const sources = mergeSources(map, document);
  const count = sources.reduce((sum, source) => sum + 1 + countMerges(source, document, counts), 0);
  counts.set(map, count);
  return count;
}

function isMerge({ key }: Pair): boolean {
  // The reader makes a symbol of a merge key; a quoted `<<` stays a string.
  return isScalar(key) && typeof key.value === 'symbol';
}

function sourcesIn(value: unknown, document: Document): unknown[] {
  const source = isAlias(value) ? value.resolve(document) : value;
  return isSeq(source) ? source.items.map((item) => (isAlias(item) ? item.resolve(document) : item)) : [source];
}
