import type { Check } from '../../model/check.js';
import { isRecord } from '../../model/values/json.js';
import { about } from '../check.js';
import { NAMED_LISTS, differencesOf, type Difference } from './differences.js';
import type { CronJob } from './manifest.js';
import { printAgain } from './print-again.js';
import { patchCronJob } from './remedies.js';

/** What follows from differences, by part and path: `container.securityContext.privileged`. */
const EFFECTS: [pattern: RegExp, effect: string][] = [
  [/^job\.(?:parallelism|completions|completionMode)/, 'several pods of one run can prune at the same time'],
  [/^job\.suspend/, 'no pod of a run starts'],
  [/^pod\.containers\.images/, 'it is not certain that a run prunes images'],
  [/^pod\.containers\.order/, 'it is not certain that its runs prune builds, deployments and images in this order'],
  [/^pod\.automountServiceAccountToken/, 'its pods have no token and cannot read the cluster'],
  [
    /^(?:pod\.host(?:Network|PID|IPC|Users)|(?:pod|container)\.securityContext|template\.annotations)/,
    'its pods have other privileges than they need, or are not admitted',
  ],
  [/^template\.labels/, 'the NetworkPolicy that regadm prints does not select its pods'],
  [/^container\.command/, 'it is not certain that a run prunes: the image can lack this program'],
  [
    /^container\.(?:env\.REGADM_(?:DEFER_FAILURE|REPORT_FAILURES)|volumeMounts\.\/run\/regadm)$/,
    'a prune that fails can end the run before the next one, or remain unnoticed',
  ],
];

/** Maximum length of a value in a message. */
const SHOWN = 60;

/**
 * Reports what about the pods of regadm's CronJob is not as `prune schedule --cronjob` prints it. What regadm cannot
 * judge is information.
 */
export function checkAsPrinted(cronJob: CronJob): Check[] {
  const groups = new Map<string | undefined, Difference[]>();
  for (const difference of differencesOf(cronJob)) {
    const path = [difference.of, ...difference.path].join('.');
    const effect = EFFECTS.find(([pattern]) => pattern.test(path))?.[1];
    groups.set(effect, [...(groups.get(effect) ?? []), difference]);
  }
  const check = about('cron job');
  return [...groups].map(([effect, differences]) => {
    const text = `CronJob ${cronJob.metadata.name} is not as regadm prints it: ${described(differences)}`;
    const remedy = remedyFor(cronJob, differences);
    return effect === undefined
      ? check('info', text, `if you did not intend this: ${remedy}`)
      : check('warning', `${text}, so ${effect}`, remedy);
  });
}

/** Describes differences; those of several containers once. */
function described(differences: Difference[]): string {
  const containers = new Map<string, string[]>();
  for (const { container, ...difference } of differences) {
    const text = describe(difference);
    containers.set(text, [...(containers.get(text) ?? []), ...(container === undefined ? [] : [container])]);
  }
  return [...containers]
    .map(([text, names]) => (names.length === 0 ? text : `${text} (container ${names.join(', ')})`))
    .join('; ');
}

/** Describes a difference. Values of variables can be secrets. */
function describe({ path, wanted, actual }: Difference): string {
  if (path[0] === 'env') return `variable ${path[1]} is ${stateOf(wanted, actual)}`;
  if (path[0] === 'containers') return `its containers are ${shown(actual)}, not ${shown(wanted)}`;
  return `${path.join('.')} is ${shown(actual)}, not ${shown(wanted)}`;
}

function stateOf(wanted: unknown, actual: unknown): string {
  if (actual === undefined) return 'absent';
  return wanted === undefined ? 'set' : 'set to another value';
}

function shown(value: unknown): string {
  if (value === undefined) return 'absent';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

/** Returns one patch that makes fields as regadm prints them, or how to print the List again. */
function remedyFor(cronJob: CronJob, differences: Difference[]): string {
  if (differences.some(({ of, path: [first] }) => of === 'pod' && first === 'containers'))
    return `delete it, then print the List again: ${printAgain(cronJob)}`;
  const patches = differences.map(patchOf);
  return patchCronJob(cronJob.metadata.name, { spec: { jobTemplate: { spec: patches.reduce(merged) } } });
}

type Patch = Record<string, unknown>;

function patchOf({ of, path, wanted, container, field }: Difference): Patch {
  const change = at(path, of === 'container' && path[0] === 'command' ? [wanted] : wanted);
  if (of === 'job') return change;
  if (of === 'template') return { template: { metadata: change } };
  return { template: { spec: of === 'pod' ? change : { [field!]: [{ name: container, ...change }] } } };
}

/** Returns a strategic merge patch that sets one field, or removes it. */
function at(path: string[], value: unknown): Patch {
  const [first, second, ...rest] = path as [string, ...string[]];
  if (second === undefined) return { [first]: value ?? null };
  const key = NAMED_LISTS[first];
  if (key === undefined) return { [first]: at([second, ...rest], value) };
  const change = isRecord(value) ? value : { $patch: 'delete' };
  return { [first]: [{ [key]: second, ...change }] };
}

function merged(one: Patch, other: Patch): Patch {
  const result = { ...one };
  for (const [key, value] of Object.entries(other)) {
    const before = result[key];
    if (isRecord(before) && isRecord(value)) result[key] = merged(before, value);
    else if (Array.isArray(before) && Array.isArray(value))
      result[key] = mergedByName([...before, ...value] as Patch[]);
    else result[key] = value;
  }
  return result;
}

function mergedByName(entries: Patch[]): Patch[] {
  const byName = new Map<unknown, Patch>();
  for (const entry of entries) {
    const name = entry.name ?? entry.mountPath;
    byName.set(name, merged(byName.get(name) ?? {}, entry));
  }
  return [...byName.values()];
}
