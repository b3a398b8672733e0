import { setFlagsFromString } from 'node:v8';

/**
 * Bytecode that a function executes before V8 compiles it with its optimizing compiler, in bytes; six times the default
 * of Node.js 20.
 */
const BUDGET = 400_000;

/**
 * Makes V8 optimize fewer functions in runs that only read. By default, it compiles functions that run for a few
 * milliseconds, and again when they get values of other types. Later versions of Node.js count differently, and do not
 * have the flag. Code that is loaded afterward is compiled without its code cache: caches are valid for the defaults.
 * @param flags of the command: runs that change something last long enough for V8's default
 * @param set for tests
 * @see docs/decisions/0039-optimize-hot-code-later.md
 */
export function optimizeLater(
  flags: { confirm?: boolean },
  nodeVersion = process.versions.node,
  set = setFlagsFromString,
): void {
  if (!flags.confirm && nodeVersion.startsWith('20.')) set(`--interrupt-budget=${BUDGET}`);
}
