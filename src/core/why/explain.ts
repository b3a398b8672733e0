import type { ClusterApi } from '../cluster/api.js';
import { readSnapshot } from '../cluster/lists/read-snapshot.js';
import { namespaceToRead, type PruneOptions } from '../graph/options.js';
import { acceptUnreadable } from '../graph/unreadable.js';
import type { Reporter } from '../kit/reporter.js';
import { invalidNameWarnings } from '../model/table/invalid-name-warnings.js';
import { notVisibleWarnings } from '../model/referrers/not-visible.js';
import { Explanation, type WhyReport } from './explanation.js';

/**
 * Reads the cluster as `prune images` does, and explains every argument. Changes nothing, and needs no registry.
 * @throws RegadmError NOT_FOUND, AMBIGUOUS, USAGE, or what cannot be listed
 */
export async function explain(
  api: ClusterApi,
  request: { options: PruneOptions; keepYoungerThan: string; arguments: string[] },
  reporter: Reporter,
  signal?: AbortSignal,
): Promise<WhyReport> {
  reporter.phase('listing');
  const { options, keepYoungerThan } = request;
  // Streams of other namespaces are read too, because they can list the image.
  const { snapshot, now, notVisible } = await readSnapshot(api, {
    referrersNamespace: namespaceToRead(options),
    onlyAsOc: options.referrers === 'oc',
    everything: options.referrers === 'all' ? { hosts: [] } : undefined,
    signal,
    onPage: ({ count }) => reporter.tick(count),
  });
  const accepted = acceptUnreadable(snapshot, options.ignoreUnreadable);
  const explanation = new Explanation(snapshot, options, now);
  const answers = request.arguments.map((argument) => explanation.answer(argument));
  return {
    options,
    keepYoungerThan,
    now,
    answers,
    warnings: [
      ...warningsOf(explanation, options),
      ...invalidNameWarnings(snapshot),
      ...accepted,
      ...notVisibleWarnings(notVisible, snapshot),
    ],
  };
}

function warningsOf({ invalid }: Explanation, options: PruneOptions): string[] {
  const messages = invalid.map(
    ({ referrer, field, reference, message }) =>
      `${referrer.kind.toLowerCase()} ${referrer.namespace}/${referrer.name}: ${field ? `${field}: ` : ''}"${reference}": ${message}`,
  );
  if (messages.length === 0 || options.ignoreInvalidRefs) return messages;
  return [
    ...messages,
    'for these references prune images would stop and prune nothing at all (--ignore-invalid-refs continues without them)',
  ];
}
