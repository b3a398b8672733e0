import { REGISTRY_NAMESPACE } from '../model/openshift.js';
import type { Place } from '../storage-job/place.js';
import { APP, type HardPruneJobRequest } from './request.js';

/** Returns what a user who creates the List must know. */
export function hintsFor(request: HardPruneJobRequest, { access }: Place): string[] {
  const { args, image, online, pruneImages, readOnly, region, runs } = request;
  const rollsOut = online ? online.restarts : readOnly === 'auto';
  const isOnOneNode = access.via === 'claim' && access.mount.isOnOneNode;
  const hints: [applies: boolean, ...lines: string[]][] = [
    [!image.includes('@'), 'hint: name the image by its digest, so that it cannot change: IMAGE@sha256:…'],
    [!args.some((arg) => arg.startsWith('--max-delete=')), 'hint: limit what a run deletes: --max-delete=20%'],
    [region !== undefined, `region: ${region}, from the variables or the profile of AWS on this machine`],
    [readOnly === 'skip' && !online, 'warning: with --read-only=skip, nobody may push during a run'],
    [isOnOneNode && rollsOut, ...oneNode(online ? '--no-restart' : '--read-only=required')],
    [online !== undefined && !runs, ...SEVERAL_RUNS],
    [online !== undefined && !rollsOut, ...NO_RESTART],
    [online !== undefined || args.includes('--trash'), UNDO],
    [pruneImages, 'hint: prune images runs with its defaults, without settings of this machine'],
    [readOnly !== 'skip' && !online, 'hint: restore the registry after a killed run: regadm prune hard --recover'],
    [!runs, `hint: follow it: oc -n ${REGISTRY_NAMESPACE} logs -f job/${APP}`, `hint: run it again: ${AGAIN}`],
  ];
  return hints.flatMap(([applies, ...lines]) => (applies ? lines : []));
}

/** A Job cannot be changed. Deleted with its pods and without force, a run that is active restores the mode first. */
const AGAIN = `oc -n ${REGISTRY_NAMESPACE} delete job ${APP}, then create it`;

/** The scheduler does not know that a volume is in use on another node. */
const oneNode = (instead: string): string[] => [
  'warning: a run fails if a new pod of the registry starts on another node, because',
  'only one node at a time can mount the volume; keep the registry on one node',
  `(spec.nodeSelector of its Config), or use ${instead}`,
];

const SEVERAL_RUNS = [
  'hint: one run only marks what is unused; a later one moves it to the trash, and',
  "deletes it from there in the end: pass --schedule='0 2 * * *'",
];

const UNDO = 'hint: bring back what a run has moved to the trash: regadm trash restore';

const NO_RESTART = [
  'warning: a run restarts nothing: restart the registry after each run, with',
  'regadm registry restart',
];
