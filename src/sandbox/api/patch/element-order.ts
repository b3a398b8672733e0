import { isRecord } from '../../../core/model/values/json.js';

/** Returns what identifies an entry of a merged list: the value of its key, or a plain value itself. */
export function identity(item: unknown, key: string | undefined): unknown {
  return key !== undefined && isRecord(item) ? item[key] : item;
}

interface Orders {
  /** The wanted order. Entries that it lacks stay where they were, if possible. */
  wanted: unknown[];
  /** The order before the patch. */
  before: unknown[];
  key: string | undefined;
}

/** Sorts a merged list. An entry that is new comes before those that the patch does not name. */
export function inOrder(merged: unknown[], { wanted, before, key }: Orders): unknown[] {
  const positions = (list: unknown[]): ((item: unknown) => number) => {
    const ids = list.map((item) => identity(item, key));
    return (item) => ids.indexOf(identity(item, key));
  };
  const position = positions(wanted);
  const earlier = positions(before);
  const named = merged.filter((item) => position(item) >= 0).sort((a, b) => position(a) - position(b));
  const others = merged.filter((item) => position(item) < 0).sort((a, b) => earlier(a) - earlier(b));
  const result: unknown[] = [];
  while (named.length > 0 && others.length > 0) {
    const [next, other] = [earlier(named[0]), earlier(others[0])];
    result.push(next >= 0 && other >= 0 && other < next ? others.shift() : named.shift());
  }
  return [...result, ...named, ...others];
}
