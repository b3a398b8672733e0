/** Syntax of `--skip-resource`: `PLURAL.GROUP`, `PLURAL` of the core group, or `*.GROUP`. */
const SYNTAX = /^(?:[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-.a-z0-9]*[a-z0-9])?)?|\*\.[a-z0-9][-.a-z0-9]*)$/;

/** Returns true for a valid value of `--skip-resource`. */
export function isSkippable(text: string): boolean {
  return text.length <= 512 && SYNTAX.test(text);
}

/** Returns the value of `--skip-resource` that skips all resources of a group. */
export function everyResourceOf(group: string): string {
  return `*.${group}`;
}
