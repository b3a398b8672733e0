import { usageError } from '../core/model/errors.js';
import { parseImageReference } from '../core/model/image-reference.js';
import type { PrunerPatch } from '../core/schedule/pruner-spec.js';
import { SETTINGS, parseSetting } from '../core/schedule/settings.js';

/**
 * Converts `--set key=value …` to a merge patch of the ImagePruner's spec. An empty value restores the default of a
 * setting.
 * @throws RegadmError (USAGE) that names the key
 */
export function settingsFlag(texts: readonly string[]): PrunerPatch {
  const pairs = texts.map(toPair);
  const repeated = pairs.find(({ key }, index) => pairs.findIndex((other) => other.key === key) < index);
  if (repeated) throw usageError(`--set ${repeated.key}: specified twice`);
  return pairs.reduce<PrunerPatch>((patch, { key, value }) => withValue(patch, key.split('.'), value), {});
}

function toPair(text: string): { key: string; value: unknown } {
  const equals = text.indexOf('=');
  const key = equals === -1 ? text : text.slice(0, equals);
  if (!SETTINGS.includes(key)) throw usageError(`--set ${key}: unknown setting`, [`settings: ${SETTINGS.join(', ')}`]);
  if (equals === -1)
    throw usageError(`--set ${key}: missing value`, [`write --set ${key}=VALUE, or --set ${key}= for the default`]);
  try {
    return { key, value: parseSetting(key, text.slice(equals + 1)) };
  } catch (error) {
    throw usageError(`--set ${text}: ${(error as Error).message}`);
  }
}

function withValue(patch: PrunerPatch, [key = '', ...rest]: string[], value: unknown): PrunerPatch {
  if (rest.length === 0) return { ...patch, [key]: value };
  return { ...patch, [key]: withValue((patch[key] ?? {}) as PrunerPatch, rest, value) };
}

/** Checks `--image`. @throws RegadmError (USAGE) */
export function imageFlag(text: string): string {
  const problem = parseImageReference(text);
  if (typeof problem !== 'string') return text;
  throw usageError(`--image must name an image such as quay.io/org/regadm:1.0, not "${text}": ${problem}`);
}
