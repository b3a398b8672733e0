/**
 * Returns the positions of the largest values, the largest first; equal ones stay in their order. Looks at each value
 * once if few are wanted, because tables show 20 of 100,000.
 * @param limit how many to return; Infinity for all
 */
export function largestFirst(values: ArrayLike<number>, limit: number): number[] {
  const isBefore = (a: number, b: number): boolean => values[a]! > values[b]!;
  if (limit >= values.length)
    return Array.from(values, (_, at) => at).sort((a, b) => (isBefore(a, b) ? -1 : isBefore(b, a) ? 1 : 0));
  const found: number[] = [];
  for (let at = 0; at < values.length; at++) {
    if (found.length === limit && (limit === 0 || !isBefore(at, found.at(-1)!))) continue;
    let place = found.length;
    while (place > 0 && isBefore(at, found[place - 1]!)) place--;
    found.splice(place, 0, at);
    if (found.length > limit) found.pop();
  }
  return found;
}
