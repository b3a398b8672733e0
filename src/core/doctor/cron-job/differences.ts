import { isDeepStrictEqual } from 'node:util';
import { isAbsent, isRecord } from '../../model/values/json.js';
import { containersOf, jobSpec, podSpec, type Container, type CronJob } from './manifest.js';
import { printedFor, pruneOf } from './printed.js';
import { prunesOf } from './prunes.js';

/** A field of the pods that is not as regadm prints it. */
export interface Difference {
  /** What the field belongs to. */
  of: 'job' | 'template' | 'pod' | 'container';
  /** The field and where it is in that: `securityContext`, `privileged`. */
  path: string[];
  /** Undefined if regadm prints nothing. */
  wanted?: unknown;
  actual?: unknown;
  /** Of a container: its name, and the field of the pod that contains it. */
  container?: string;
  field?: 'initContainers' | 'containers';
}

type Fields = Record<string, unknown>;
type Found = Pick<Difference, 'path' | 'wanted' | 'actual'>;

/** Defaults that the API server sets for absent fields. */
const DEFAULTS: Record<Difference['of'], Fields> = {
  job: { parallelism: 1, completions: 1, completionMode: 'NonIndexed', suspend: false, manualSelector: false },
  template: {},
  pod: {
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    terminationGracePeriodSeconds: 30,
    securityContext: {},
    automountServiceAccountToken: true,
    enableServiceLinks: true,
    hostNetwork: false,
    hostPID: false,
    hostIPC: false,
  },
  container: { terminationMessagePath: '/dev/termination-log', imagePullPolicy: 'IfNotPresent', env: [], envFrom: [] },
};

/** Fields that other checks examine, or that are free to choose. */
const ELSEWHERE: Record<Difference['of'], string[]> = {
  job: ['backoffLimit', 'activeDeadlineSeconds', 'template', 'podReplacementPolicy'],
  template: [],
  pod: [
    ...['containers', 'initContainers', 'restartPolicy', 'priorityClassName', 'priority', 'preemptionPolicy'],
    ...['serviceAccount', 'serviceAccountName', 'tolerations', 'nodeSelector', 'affinity'],
  ],
  container: ['image', 'args', 'resources', 'terminationMessagePolicy'],
};

/** Fields of lists whose entries have a name, and the field with that name. */
export const NAMED_LISTS: Record<string, string> = { env: 'name', volumes: 'name', volumeMounts: 'mountPath' };

/** Compares the pods of a CronJob, and the jobs that start them, with those that regadm prints. */
export function differencesOf(cronJob: CronJob): Difference[] {
  const printed = printedFor(cronJob);
  const of = (part: Difference['of'], wanted: unknown, actual: unknown): Difference[] =>
    compared(part, wanted, actual).map((found) => ({ of: part, ...found }));
  return [
    ...of('job', jobSpec(printed), jobSpec(cronJob)),
    ...of('template', template(printed), template(cronJob)),
    ...of('pod', podSpec(printed), podSpec(cronJob)),
    ...containerDifferences(cronJob, printed),
  ].filter((difference) => !isReported(difference));
}

/** True for fields inside of others that other checks examine. */
function isReported({ path, actual }: Difference): boolean {
  const [first, second] = path;
  return second === 'readOnlyRootFilesystem' || (first === 'annotations' && actual === undefined);
}

/** Returns the labels and annotations of the pods. What others add there has no effect on a run. */
function template(cronJob: CronJob): Fields {
  const { labels = {}, annotations = {} } = jobSpec(cronJob).template?.metadata ?? {};
  const known = (all: Record<string, string>, pattern: RegExp): Fields =>
    Object.fromEntries(Object.entries(all).filter(([key]) => pattern.test(key)));
  return { labels: known(labels, /^app\.kubernetes\.io\/name$/), annotations: known(annotations, /required-scc$/) };
}

function containerDifferences(cronJob: CronJob, printed: CronJob): Difference[] {
  const actual = containersOf(cronJob);
  const wanted = containersOf(printed);
  const inside = actual.flatMap(([field, container]): Difference[] => {
    const like = wanted.find(([, each]) => pruneOf(each) === pruneOf(container)) ?? wanted.at(-1)!;
    const found = compared('container', comparable(like[1]), comparable(container));
    return found.map((each) => ({ of: 'container', container: container.name, field, ...each }));
  });
  const [as, is] = [sequence(wanted), sequence(actual)];
  if (as === is) return inside;
  const kind = prunesOf(cronJob).some(({ what }) => what === 'images') ? 'order' : 'images';
  return [{ of: 'pod', path: ['containers', kind], wanted: as, actual: is }, ...inside];
}

/** Describes what containers run, one after the other: `prune builds, then prune images`. */
function sequence(containers: ReturnType<typeof containersOf>): string {
  const titles = (of: Difference['field']): string[] =>
    containers.filter(([field]) => field === of).map(([, container]) => titleOf(container));
  return [...titles('initContainers'), titles('containers').join(' and ')].join(', then ') || 'nothing';
}

function titleOf(container: Container): string {
  const prune = pruneOf(container);
  return prune ? `prune ${prune}` : container.name;
}

/** Names are free, and the arguments can be in `command`, too. */
function comparable({ command = [], ...rest }: Container): Fields {
  return { ...rest, name: undefined, command: command[0] };
}

function compared(of: Difference['of'], wanted: unknown, actual: unknown): Found[] {
  const clean = (value: unknown): Fields =>
    Object.fromEntries(
      Object.entries(value as Fields).filter(
        ([key, each]) => !ELSEWHERE[of].includes(key) && !isDefault(DEFAULTS[of][key], each, key),
      ),
    );
  return compare(clean(wanted), clean(actual), []);
}

function isDefault(normal: unknown, value: unknown, key: string): boolean {
  return isDeepStrictEqual(value, normal) || (key === 'imagePullPolicy' && value === 'Always');
}

function compare(wanted: unknown, actual: unknown, path: string[]): Found[] {
  const key = NAMED_LISTS[path.at(-1) ?? ''];
  if (key !== undefined && path.length === 1)
    return compareFields(byName(wanted, key), byName(actual, key), path, true);
  if (isRecord(wanted) && (isRecord(actual) || isAbsent(actual)))
    return compareFields(wanted, (actual ?? {}) as Fields, path, false);
  const isSame = isAbsent(wanted) ? isAbsent(actual) : isDeepStrictEqual(wanted, actual);
  return isSame ? [] : [{ path, wanted: wanted ?? undefined, actual: actual ?? undefined }];
}

/** Compares two objects field by field. @param whole true: entries of a list, which are compared as they are */
function compareFields(wanted: Fields, actual: Fields, path: string[], whole: boolean): Found[] {
  return [...new Set([...Object.keys(wanted), ...Object.keys(actual)])].flatMap((key) => {
    const [one, other] = [wanted[key], actual[key]];
    if (!whole) return compare(one, other, [...path, key]);
    return isDeepStrictEqual(one, other) ? [] : [{ path: [...path, key], wanted: one, actual: other }];
  });
}

function byName(list: unknown, key: string): Fields {
  return Object.fromEntries(((list ?? []) as Record<string, string>[]).map((entry) => [entry[key]!, entry]));
}
