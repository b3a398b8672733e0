import { PRUNES, type Prune, type PruneSettings } from './request.js';

/** One prune of the CronJob. */
export interface Step {
  prune: Prune;
  /** Arguments of `regadm`. */
  args: string[];
}

/** Where OpenShift mounts the authority of the registry's certificate in every pod. */
const SERVICE_CA = '/var/run/secrets/kubernetes.io/serviceaccount/service-ca.crt';

/** Arguments that exclude an authority, because no certificate is checked. */
const WITHOUT_AUTHORITY = /^--(?:force-insecure|registry-url=http:)/;

/** Returns the prunes that the settings request, in the order in which they run. */
export function pruneSteps(settings: PruneSettings): Step[] {
  const chosen = PRUNES.filter((prune) => prune === 'images' || settings.with.includes(prune));
  return chosen.map((prune) => ({
    prune,
    args: ['prune', prune, ...merged(argsOf(prune, settings), settings.extra[prune] ?? [])],
  }));
}

/** An argument that a further one replaces. */
export interface Replacement {
  prune: Prune;
  own: string;
  by: string;
}

/** Returns the arguments that a further one of the same flag replaces with another value. */
export function replacements(settings: PruneSettings): Replacement[] {
  const chosen = pruneSteps(settings).map(({ prune }) => prune);
  return chosen.flatMap((prune) =>
    (settings.extra[prune] ?? []).flatMap((by) => {
      const own = argsOf(prune, settings).find((arg) => flagOf(arg) === flagOf(by));
      return own === undefined || own === by || own === `${by}=true` ? [] : [{ prune, own, by }];
    }),
  );
}

function argsOf(prune: Prune, settings: PruneSettings): string[] {
  const own = prune === 'images' ? imagesArgs(settings) : historyArgs(prune, settings);
  const level = settings.loglevel > 0 ? [`--loglevel=${settings.loglevel}`] : [];
  return [...own, ...level, '--confirm=true'];
}

/**
 * Returns the arguments of `prune images`. With `--ignore-invalid-refs`, an invalid reference keeps what it may mean,
 * so that the objects of one project cannot end every run.
 */
function imagesArgs({
  keepTagRevisions,
  keepYoungerThan,
  ignoreInvalidRefs,
  pruneRegistry = true,
  extra,
}: PruneSettings): string[] {
  // A policy states what the other two flags say.
  const hasPolicy = extra.images?.some((arg) => flagOf(arg) === 'policy');
  return [
    ...(extra.images?.some((arg) => WITHOUT_AUTHORITY.test(arg)) ? [] : [`--certificate-authority=${SERVICE_CA}`]),
    ...(hasPolicy ? [] : [`--keep-tag-revisions=${keepTagRevisions}`, `--keep-younger-than=${keepYoungerThan}`]),
    `--ignore-invalid-refs=${ignoreInvalidRefs}`,
    ...(pruneRegistry ? [] : ['--prune-registry=false']),
  ];
}

function historyArgs(
  prune: Prune,
  { keepYoungerThan, keepComplete, keepFailed, orphans, replicaSets }: PruneSettings,
): string[] {
  return [
    `--keep-younger-than=${keepYoungerThan}`,
    `--keep-complete=${keepComplete}`,
    `--keep-failed=${keepFailed}`,
    `--orphans=${orphans}`,
    ...(prune === 'deployments' ? [`--replica-sets=${replicaSets}`] : []),
  ];
}

/** Adds arguments, instead of those of the same flag. */
function merged(args: string[], extra: readonly string[]): string[] {
  const given = new Set(extra.map(flagOf));
  return [...args.filter((arg) => !given.has(flagOf(arg))), ...extra];
}

/** Returns the flag of an argument, without its value and without the `no-` of a negated one. */
export function flagOf(arg: string): string {
  return arg.replace(/^--(?:no-)?/, '').replace(/=.*$/s, '');
}
