import { Flags, type Interfaces } from '@oclif/core';
import { applyPolicy, type PruneOptions } from '../core/graph/options.js';
import { checkCount } from './count.js';
import { durationFlag } from './duration.js';
import { checkNamespaceFlag } from './namespace.js';
import { declaredReferrersOf } from './referrers-file.js';
import { checkPullsGiven, pullOptionsOf, recentPullFlags } from './recent-pulls.js';
import { isDigest } from '../core/model/digest.js';
import { isSkippable } from '../core/model/skip-resource.js';
import { usageError } from '../core/model/errors.js';

const WHAT = { helpGroup: 'WHAT TO PRUNE' };

/** Flags that decide what is kept and what is deleted: `prune images` and `prune why` share them. */
export const decisionFlags = {
  'keep-tag-revisions': Flags.integer({
    ...WHAT,
    helpValue: 'N',
    description: 'keep the N newest items of every tag (default: 3)',
  }),
  'keep-younger-than': Flags.string({
    ...WHAT,
    helpValue: 'DURATION',
    description: 'keep images, image streams and tag items younger than this, and what younger pods use (default: 60m)',
  }),
  policy: Flags.string({
    ...WHAT,
    helpValue: 'FILE',
    description: 'file with rules for tags: which always stay, how many revisions stay, and which tags expire',
  }),
  ...recentPullFlags,
  'prune-over-size-limit': Flags.boolean({
    ...WHAT,
    allowNo: true,
    description: 'prune images larger than the smallest limit of a LimitRange in their namespace',
  }),
  all: Flags.boolean({
    ...WHAT,
    allowNo: true,
    default: true,
    description: 'also prune images that were imported, not pushed (default: true)',
  }),
  namespace: Flags.string({
    ...WHAT,
    char: 'n',
    helpValue: 'NS',
    description: 'prune only the image streams of this namespace; deletes no images (default: all namespaces)',
  }),
  referrers: Flags.string({
    ...WHAT,
    options: ['oc', 'extended', 'all'],
    default: 'extended',
    description:
      'places to look for image references: oc (same as oc adm prune images), extended (also what pods run, image volumes, build sources and more), all (every resource type)',
  }),
  'skip-resource': Flags.string({
    ...WHAT,
    helpValue: 'PLURAL.GROUP',
    multiple: true,
    description:
      'objects that --referrers=all does not search (tasks.tekton.dev; *.tekton.dev for the whole group), so images that only they name are not kept; can be repeated',
  }),
  'require-visible-referrers': Flags.boolean({
    helpGroup: 'SAFETY',
    allowNo: true,
    description:
      'refuse to run if the user is not allowed to list a kind of object that can be the only user of an image, such as Knative revisions; kinds that --skip-resource names do not count (default: only a warning)',
  }),
  'prune-signatures': Flags.boolean({
    ...WHAT,
    allowNo: true,
    description: 'delete signatures, attestations and SBOMs together with their image',
  }),
  'ignore-invalid-refs': Flags.boolean({
    ...WHAT,
    allowNo: true,
    description: 'continue when a reference to an image cannot be parsed',
  }),
  'ignore-unreadable': Flags.string({
    ...WHAT,
    helpValue: 'IMAGE',
    multiple: true,
    description:
      'continue although the metadata and the manifest of this image (sha256:…) cannot be read, as if it had no layers; can be repeated',
  }),
  'referrers-file': Flags.string({
    helpGroup: 'SAFETY',
    helpValue: 'FILE',
    description: 'file that declares which fields name images in objects of further kinds, such as your own',
  }),
  protect: Flags.string({
    helpGroup: 'SAFETY',
    helpValue: 'FILE',
    description: 'file that lists namespaces, streams, tags and digests that are never pruned',
  }),
};

type DecisionFlagValues = Interfaces.InferredFlags<typeof decisionFlags>;

/** The options from these flags, and `--keep-younger-than`, or the default of the policy, as it was written. */
interface Decided {
  options: PruneOptions;
  keepYoungerThan: string;
}

/**
 * Checks the flags and converts them to options.
 * @throws RegadmError USAGE, or PROTECT_FILE, POLICY_FILE, REFERRERS_FILE or PULLS_FILE if a file is invalid
 */
export async function pruneOptionsOf(flags: DecisionFlagValues, pruneRegistry = true): Promise<Decided> {
  const keep = flags['keep-tag-revisions'];
  const young = flags['keep-younger-than'];
  if (flags['prune-over-size-limit'] && (keep !== undefined || young !== undefined)) {
    throw usageError('--prune-over-size-limit cannot be specified with --keep-tag-revisions nor --keep-younger-than');
  }
  checkPolicyFlag(flags);
  checkCount('keep-tag-revisions', keep);
  const keepYoungerThanMs = durationFlag('keep-younger-than', young ?? '60m');
  checkNamespaceFlag(flags.namespace);
  if (flags['prune-signatures'] && flags.referrers === 'oc') {
    throw usageError('--prune-signatures cannot be specified with --referrers=oc, which knows no signatures');
  }
  if (flags['require-visible-referrers'] && flags.referrers === 'oc')
    throw usageError('--require-visible-referrers cannot be specified with --referrers=oc, which reads no such kinds');
  const ignoreUnreadable = flags['ignore-unreadable'] ?? [];
  const notADigest = ignoreUnreadable.find((image) => !isDigest(image));
  if (notADigest !== undefined) {
    throw usageError(`invalid argument "${notADigest}" for "--ignore-unreadable" flag: not a digest`, [
      'specify the name of the image object: sha256:…',
    ]);
  }
  const skipResources = skippedResources(flags);
  const options: PruneOptions = {
    keepTagRevisions: keep ?? 3,
    keepYoungerThanMs,
    pruneOverSizeLimit: flags['prune-over-size-limit'] ?? false,
    all: flags.all,
    pruneRegistry,
    namespace: flags.namespace,
    referrers: flags.referrers as PruneOptions['referrers'],
    ignoreInvalidRefs: flags['ignore-invalid-refs'] ?? false,
    pruneSignatures: flags['prune-signatures'] ?? false,
    ...(flags['require-visible-referrers'] ? { requireVisibleReferrers: true } : {}),
    ...(ignoreUnreadable.length > 0 ? { ignoreUnreadable } : {}),
    ...(skipResources.length > 0 ? { skipResources } : {}),
    ...(await declaredReferrersOf(flags)),
  };
  const pulls = await pullOptionsOf(flags);
  const protectedOptions = await withProtection(pulls ? { ...options, pulls } : options, flags.protect);
  const decided = await withPolicy(protectedOptions, flags.policy, young ?? '60m');
  checkPullsGiven(decided.options);
  return decided;
}

/** @throws RegadmError USAGE if another flag decides what --policy decides, or what policies need is not known */
export function checkPolicyFlag(flags: DecisionFlagValues): void {
  if (flags.policy === undefined) return;
  const refuse = (other: string, why: string): never => {
    throw usageError(`--policy cannot be specified with --${other}${why}`);
  };
  for (const name of ['keep-tag-revisions', 'keep-younger-than'] as const)
    if (flags[name] !== undefined) refuse(name, ': the file states it, in its rules or its defaults');
  if (flags['prune-over-size-limit']) refuse('prune-over-size-limit', ', which considers only sizes');
  if (flags.referrers === 'oc') refuse('referrers=oc', ', which does not see every use of a tag');
}

async function withPolicy(options: PruneOptions, file: string | undefined, keepYoungerThan: string): Promise<Decided> {
  if (file === undefined) return { options, keepYoungerThan };
  const { readPolicy } = await import('../core/rule-files/policy.js');
  const policy = await readPolicy(file);
  return {
    options: applyPolicy(options, policy),
    keepYoungerThan: policy.source.defaults?.keepYoungerThan ?? keepYoungerThan,
  };
}

/** @throws RegadmError USAGE */
function skippedResources(flags: DecisionFlagValues): string[] {
  const names = flags['skip-resource'] ?? [];
  if (names.length > 0 && flags.referrers !== 'all')
    throw usageError('--skip-resource needs --referrers=all: no other resources are searched without it');
  const invalid = names.find((name) => !isSkippable(name));
  if (invalid === undefined) return names;
  throw usageError(`invalid argument "${invalid}" for "--skip-resource" flag: not the name of a resource`, [
    'specify its plural and its group, as oc api-resources lists them: tasks.tekton.dev, or *.tekton.dev for the group',
  ]);
}

async function withProtection(options: PruneOptions, file: string | undefined): Promise<PruneOptions> {
  if (file === undefined) return options;
  const { readProtection } = await import('../core/rule-files/protection.js');
  return { ...options, protection: await readProtection(file) };
}
