import type { ClusterApi } from '../cluster/api.js';
import { customToRead } from '../cluster/lists/custom-kinds.js';
import { everythingToRead } from '../cluster/lists/everything-to-read.js';
import { readSnapshot } from '../cluster/lists/read-snapshot.js';
import { namespaceToRead, type PruneOptions } from '../graph/options.js';
import { pullWarnings } from '../graph/pulls/coverage.js';
import type { Reporter } from '../kit/reporter.js';
import { invalidNameWarnings } from '../model/table/invalid-name-warnings.js';
import { unreadManifestWarnings } from '../manifests/texts.js';
import { messageOf } from '../model/errors.js';
import { declaredWarnings } from '../model/referrers/declared-matches.js';
import { notVisibleWarnings } from '../model/referrers/not-visible.js';
import type { Snapshot } from '../model/table/snapshot.js';
import { openClusterRegistry, type OpeningContext, type RegistryAccess } from '../operator/open-registry.js';
import { namesInSnapshot } from '../operator/registry-names.js';
import type { Registry } from '../registry/api.js';
import type { Situation } from './changes.js';
import { Explanation, type WhyReport } from './explanation.js';
import { Surroundings } from './focus.js';
import { learnSubjects, learnUnreadable, type ManifestSource } from './manifests.js';
import { digestsOf, resolve } from './resolve.js';
import { referenceWarnings } from './warnings.js';

/** What `prune why` is asked. */
export interface WhyRequest {
  options: PruneOptions;
  keepYoungerThan: string;
  arguments: string[];
  registry: RegistryAccess;
}

/**
 * Reads the cluster, and the manifests that can change the answers, as `prune images` does, and explains every
 * argument. Changes nothing.
 * @throws RegadmError NOT_FOUND, AMBIGUOUS, USAGE, PULLS_INCOMPLETE, or what cannot be listed
 */
export async function explain(
  api: ClusterApi,
  { options, keepYoungerThan, arguments: asked, registry }: WhyRequest,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<WhyReport> {
  reporter.phase('listing objects');
  // Streams of other namespaces are read too, because they can list the image.
  const { snapshot, now, custom, everything } = await readSnapshot(api, {
    referrersNamespace: namespaceToRead(options),
    onlyAsOc: options.referrers === 'oc',
    everything: everythingToRead(options, registry.registryUrl),
    custom: customToRead(options),
    signal,
    onPage: ({ count }) => reporter.tick(count),
  });
  const ofPulls = pullWarnings(options, now);
  const warnings: string[] = [];
  const collecting = { ...reporter, warning: (line: string) => void warnings.push(line) };
  const opening = openOnce(api, registry, { reporter: collecting, signal }, snapshot);
  const source = { open: opening.open, reporter: collecting, signal };
  try {
    const explanation = await prepare({ snapshot, options, now }, asked, source);
    const answers = asked.map((argument) => explanation.answer(argument));
    return {
      options,
      keepYoungerThan,
      now,
      answers,
      warnings: [
        ...ofPulls,
        ...referenceWarnings(explanation, options),
        ...invalidNameWarnings(snapshot),
        ...warnings,
        ...unreadManifestWarnings(snapshot),
        ...notVisibleWarnings(custom.notVisible, snapshot),
        ...declaredWarnings(custom.declared),
        ...(everything?.warnings ?? []),
      ],
    };
  } finally {
    await opening.close();
  }
}

/** Reads the manifests that can change the answers. @throws RegadmError NOT_FOUND, AMBIGUOUS, USAGE */
async function prepare(situation: Situation, asked: string[], source: ManifestSource): Promise<Explanation> {
  const { snapshot, options, now } = situation;
  const digests = asked.flatMap((argument) => digestsOf(snapshot, resolve(snapshot, argument, options.namespace)));
  await learnUnreadable(situation, source);
  const surroundings = new Surroundings(snapshot);
  if (options.referrers !== 'oc') await learnSubjects(situation, digests, surroundings, source);
  return new Explanation(snapshot, options, now, surroundings);
}

/** Timeout per request to the registry unless the user chose one, in ms: an answer without the registry is useful. */
const REGISTRY_TIMEOUT_MS = 3000;

/** Returns a function that opens the registry at its first call, and one that closes it again. */
function openOnce(api: ClusterApi, access: RegistryAccess, context: OpeningContext, snapshot: Snapshot) {
  let opening: Promise<Registry | Error> | undefined;
  const requestTimeoutMs = access.requestTimeoutMs || REGISTRY_TIMEOUT_MS;
  const open = (): Promise<Registry | Error> =>
    (opening ??= openClusterRegistry(api, { ...access, requestTimeoutMs }, context, namesInSnapshot(snapshot)).catch(
      (error: unknown) => (error instanceof Error ? error : new Error(messageOf(error))),
    ));
  const close = async (): Promise<void> => {
    const registry = await opening;
    if (registry && !(registry instanceof Error)) await registry.close();
  };
  return { open, close };
}
