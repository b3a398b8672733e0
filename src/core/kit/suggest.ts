/** Counts the edits between two strings: insert, delete, replace, swap (the optimal string alignment distance). */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(previous[column]! + 1, current[column - 1]! + 1, previous[column - 1]! + (same ? 0 : 1));
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) cost = Math.min(cost, before[column - 2]! + 1);
      current.push(cost);
    }
    [before, previous] = [previous, current];
  }
  return previous[b.length]!;
}

/**
 * Finds the names that the user probably meant: at most three, the most similar first. Names that start with the typed
 * text are included.
 * @param maxEdits maximum number of edits; default a third of the length, at least one
 */
export function suggest(
  typed: string,
  names: Iterable<string>,
  maxEdits = Math.max(1, Math.floor(typed.length / 3)),
): string[] {
  const similar = [...names]
    .map((name) => ({ name, distance: editDistance(typed.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= maxEdits || (typed.length >= 3 && name.startsWith(typed)));
  similar.sort((a, b) => a.distance - b.distance || a.name.localeCompare(b.name));
  return similar.slice(0, 3).map(({ name }) => name);
}

/** Writes suggestions as one question, `did you mean A, B or C?`; an empty list without suggestions. */
export function didYouMean(names: string[]): string[] {
  if (names.length === 0) return [];
  const last = names.at(-1)!;
  return [`did you mean ${names.length === 1 ? last : `${names.slice(0, -1).join(', ')} or ${last}`}?`];
}
