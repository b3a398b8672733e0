import type { PruneOptions } from '../../../src/core/graph/options.js';
import { buildSnapshot } from '../../../src/core/model/table/build-snapshot.js';
import { parseDuration } from '../../../src/core/model/values/duration.js';
import { planImagePrune, type ImagePrunePlan } from '../../../src/core/prune/plan/plan.js';
import type { PruneImagesCase } from './conformance-cases.js';

/** Plans a recorded case by the rules of `oc`. @throws RegadmError for invalid references */
export function planOfCase(testCase: PruneImagesCase): ImagePrunePlan {
  const options = optionsOfCase(testCase.args);
  const lists = { ...testCase.cluster };
  for (const resource of Object.keys(lists)) {
    // With -n, `oc` reads only the referrers of that namespace.
    if (!options.namespace || resource === 'images' || resource === 'imagestreams') continue;
    lists[resource] = lists[resource]!.filter(({ metadata }) => metadata.namespace === options.namespace);
  }
  return planImagePrune({ snapshot: buildSnapshot(lists), now: Date.parse(testCase.now) }, options);
}

function optionsOfCase(args: string[]): PruneOptions {
  const flags = new Map(
    args.map((arg) => /^--([^=]+)(?:=(.*))?$/.exec(arg)!).map(([, name, value]) => [name, value ?? 'true']),
  );
  return {
    keepTagRevisions: Number(flags.get('keep-tag-revisions') ?? 3),
    keepYoungerThanMs: parseDuration(flags.get('keep-younger-than') ?? '60m')!,
    pruneOverSizeLimit: flags.get('prune-over-size-limit') === 'true',
    all: flags.get('all') !== 'false',
    pruneRegistry: flags.get('prune-registry') !== 'false',
    namespace: flags.get('namespace'),
    referrers: 'oc',
    ignoreInvalidRefs: flags.get('ignore-invalid-refs') === 'true',
    pruneSignatures: false,
  };
}
