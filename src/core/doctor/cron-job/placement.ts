import { isDeepStrictEqual } from 'node:util';
import type { Check } from '../../model/check.js';
import { isRecord } from '../../model/values/json.js';
import type { ImagePruner } from '../../schedule/image-pruner.js';
import { about } from '../check.js';
import { podSpec, type CronJob } from './manifest.js';
import { patchPods } from './remedies.js';

/** Settings that decide on which nodes pods run, and what their absence means. */
const SETTINGS = {
  tolerations: 'its pods stay Pending if only nodes with those taints are left',
  nodeSelector: 'its pods can run on nodes that the ImagePruner excludes',
  affinity: 'its pods can run on nodes that the ImagePruner excludes or avoids',
} as const;

/** Checks that the pods of regadm's CronJob run where the ImagePruner lets the cluster's own pruning run. */
export function checkPlacement(cronJob: CronJob, { spec = {} }: Pick<ImagePruner, 'spec'>): Check[] {
  const own = podSpec(cronJob);
  const check = about('cron job');
  const { name } = cronJob.metadata;
  return Object.entries(SETTINGS).flatMap(([setting, effect]) => {
    const wanted = normalized(spec[setting]);
    const actual = normalized(own[setting as keyof typeof SETTINGS]);
    if (isDeepStrictEqual(wanted, actual)) return [];
    const remedy = `to take it from the ImagePruner: ${patchPods(name, { spec: { [setting]: replacement(spec[setting], actual) } })}`;
    return actual === undefined
      ? [check('warning', `CronJob ${name} lacks the ${setting} of the ImagePruner, so ${effect}`, remedy)]
      : [check('info', `CronJob ${name} and the ImagePruner differ in ${setting}`, remedy)];
  });
}

/**
 * Returns what replaces a setting in a strategic merge patch, which would otherwise merge an object. Some API servers
 * store the directive if there is nothing to replace.
 */
function replacement(value: unknown, actual: unknown): unknown {
  return isRecord(value) && actual !== undefined ? { $patch: 'replace', ...value } : (value ?? null);
}

/** Brings a setting into a form that can be compared: an empty one is undefined, and a list has no order. */
function normalized(value: unknown): unknown {
  if (Array.isArray(value)) return value.length > 0 ? value.map((each) => text(each)).sort() : undefined;
  return value && Object.keys(value).length > 0 ? value : undefined;
}

/** Writes a toleration with its keys in order, and without the operator that is the default. */
function text(toleration: unknown): string {
  const entries = Object.entries(toleration as object).filter(
    ([key, value]) => key !== 'operator' || value !== 'Equal',
  );
  return JSON.stringify(entries.sort());
}
