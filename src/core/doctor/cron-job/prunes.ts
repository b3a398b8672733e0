import { containersOf, type Container, type CronJob } from './manifest.js';

/** One prune that a container of a CronJob runs. */
export interface Prune {
  container: Container;
  /** What it prunes: `images`, `builds`, `deployments`, … */
  what: string;
  /** Its arguments after that. */
  words: string[];
}

/**
 * Lists the prunes that a CronJob runs, in their order: `regadm prune images …`, and also `oc adm prune images …` in a
 * script for a shell.
 */
export function prunesOf(cronJob: CronJob): Prune[] {
  return containersOf(cronJob).flatMap(([, container]) => prunesIn(container));
}

/** Lists the prunes that a container runs. */
export function prunesIn(container: Container): Prune[] {
  const given = [...(container.command ?? []), ...(container.args ?? [])];
  const words = given.includes('-c') ? given.flatMap((text) => text.split(/[\s;&|]+/)) : given;
  const starts = words.flatMap((word, at) => (word === 'prune' && /^[a-z]/.test(words[at + 1] ?? '') ? [at] : []));
  return starts.map((start, at) => ({
    container,
    what: words[start + 1]!,
    words: words.slice(start + 2, starts[at + 1]),
  }));
}

/** Returns the value of a boolean flag, of which the last one counts; undefined if it is not given. */
export function booleanFlag({ words }: Prune, name: string): boolean | undefined {
  const values = words.flatMap((word) => {
    if (word === `--${name}`) return [true];
    if (word === `--no-${name}`) return [false];
    return word.startsWith(`--${name}=`) ? [!/=(?:false|f|0)$/i.test(word)] : [];
  });
  return values.at(-1);
}

/** Returns the value of a flag, of which the last one counts; undefined if it is not given. */
export function textFlag({ words }: Prune, name: string): string | undefined {
  const values = words.flatMap((word, at) => {
    if (word === `--${name}`) return words[at + 1] ?? [];
    return word.startsWith(`--${name}=`) ? [word.slice(name.length + 3)] : [];
  });
  return values.at(-1);
}

/** True if a prune is limited to one namespace. */
export function isNamespaced({ words }: Prune): boolean {
  return words.some((word) => /^(?:-n.*|--namespace(?:=.*)?)$/.test(word));
}
