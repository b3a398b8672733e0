/** Describes what is in the trash and does not belong there. @returns an empty list for an empty one */
export function foreignTrashWarnings(found: readonly string[]): string[] {
  const [first] = [...found].sort();
  if (first === undefined) return [];
  const more = found.length > 1 ? ` and ${found.length - 1} more` : '';
  return [`the trash contains what does not belong there, and ignores it: ${first}${more}`];
}
