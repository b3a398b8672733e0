import type { ClusterApi } from '../cluster/api.js';
import { customToRead } from '../cluster/lists/custom-kinds.js';
import { everythingToRead } from '../cluster/lists/everything-to-read.js';
import { readSnapshot } from '../cluster/lists/read-snapshot.js';
import type { PruneOptions } from '../graph/options.js';
import { acceptUnreadable } from '../graph/unreadable.js';
import type { Reporter } from '../kit/reporter.js';
import { declaredWarnings } from '../model/referrers/declared-matches.js';
import { notVisibleWarnings } from '../model/referrers/not-visible.js';
import type { RetentionPolicy } from '../model/retention-policy.js';
import type { Snapshot } from '../model/table/snapshot.js';
import { checkPolicy, readPolicyText } from '../rule-files/policy.js';
import { readSavedSnapshot } from '../saved-lists/saved-snapshot.js';
import type { PolicyCheckReport, TrialSource } from './report.js';
import { tryPolicy } from './try-policy.js';

/** A valid policy, and the flags of `prune images` to try it with. */
interface PolicyTrial {
  policy: RetentionPolicy;
  options: PruneOptions;
}

/**
 * Reads a policy file and finds its mistakes, without a cluster.
 * @throws RegadmError POLICY_FILE if the file cannot be read
 */
export async function checkPolicyFile(file: string): Promise<PolicyCheckReport> {
  const checked = await checkPolicy(file, await readPolicyText(file, 'the policy'));
  if ('problems' in checked) return { file, problems: checked.problems, warnings: [] };
  return { file, problems: [], policy: checked.policy, warnings: [] };
}

/**
 * Finds out what a policy would do to a cluster. Changes nothing, and does not contact the registry.
 * @throws what cannot be listed
 */
export async function checkOnCluster(
  api: ClusterApi,
  trial: PolicyTrial,
  { reporter, signal }: { reporter: Reporter; signal: AbortSignal },
): Promise<PolicyCheckReport> {
  reporter.phase('listing objects');
  const { snapshot, now, custom, everything } = await readSnapshot(api, {
    everything: everythingToRead(trial.options, undefined),
    custom: customToRead(trial.options),
    signal,
    onPage: ({ count }) => reporter.tick(count),
  });
  snapshot.images.gaps.needPossible();
  const warnings = [
    ...acceptUnreadable(snapshot, trial.options.ignoreUnreadable),
    ...notVisibleWarnings(custom.notVisible, snapshot),
    ...declaredWarnings(custom.declared),
    ...(everything?.warnings ?? []),
  ];
  return toReport(trial, { source: { server: api.server }, snapshot, now, warnings });
}

/**
 * Finds out what a policy would do to the cluster whose lists were saved.
 * @param dir a directory, or an archive
 * @throws RegadmError SAVED_LISTS
 */
export async function checkOnFiles(dir: string, trial: PolicyTrial, reporter: Reporter): Promise<PolicyCheckReport> {
  const now = Date.now();
  reporter.phase('reading files');
  const { snapshot, warnings, declared } = await readSavedSnapshot(dir, trial.options);
  return toReport(trial, {
    source: { from: dir },
    snapshot,
    now,
    warnings: [...warnings, ...declaredWarnings(declared)],
  });
}

/** What was read of a cluster. */
interface Read {
  source: TrialSource;
  snapshot: Snapshot;
  /** Ms since the epoch. */
  now: number;
  warnings: readonly string[];
}

function toReport({ policy, options }: PolicyTrial, { source, snapshot, now, warnings }: Read): PolicyCheckReport {
  const { namespace, referrers } = options;
  const tried = tryPolicy({ snapshot, options, policy, now });
  return {
    file: policy.file,
    problems: [],
    policy,
    trial: { source, namespace, referrers, effect: tried.effect },
    warnings: [...warnings, ...tried.warnings],
  };
}
