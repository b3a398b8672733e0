import { Flags, type Interfaces } from '@oclif/core';
import type { PruneOptions } from '../core/graph/options.js';
import { usageError } from '../core/model/errors.js';
import { decisionFlags, pruneOptionsOf } from './decision.js';

/** Flags of `prune images` that a policy replaces, or without effect here. */
type Replaced = 'policy' | 'keep-tag-revisions' | 'keep-younger-than' | 'prune-over-size-limit' | 'ignore-invalid-refs';

const {
  policy: _policy,
  'keep-tag-revisions': _revisions,
  'keep-younger-than': _young,
  'prune-over-size-limit': _size,
  'ignore-invalid-refs': _invalid,
  ...others
} = decisionFlags;

/** What a policy is tried on, and the flags of `prune images` that decide beside it. */
export const policyCheckFlags = {
  from: Flags.string({
    helpValue: 'DIR',
    description:
      'try the policy on saved lists (oc get images -o json > DIR/images.json, …) or a must-gather (a directory or a .tar.gz archive), without a cluster',
  }),
  ...others,
  referrers: Flags.string({
    helpGroup: 'WHAT TO PRUNE',
    options: ['extended', 'all'],
    default: 'extended',
    description:
      'places to look for image references: extended (everything that prune images reads by default), all (every resource type)',
  }),
} satisfies Omit<typeof decisionFlags, Replaced | 'referrers'> & Record<'from' | 'referrers', unknown>;

type PolicyCheckFlagValues = Interfaces.InferredFlags<typeof policyCheckFlags>;

/**
 * Converts the flags to options without a policy.
 * @throws RegadmError USAGE, or PROTECT_FILE or REFERRERS_FILE if such a file is invalid
 */
export async function policyCheckOptions(flags: PolicyCheckFlagValues): Promise<PruneOptions> {
  if (flags.from !== undefined && flags.referrers === 'all')
    throw usageError('--from cannot be specified with --referrers=all: the files do not show every resource');
  const { options } = await pruneOptionsOf({
    ...flags,
    policy: undefined,
    'keep-tag-revisions': undefined,
    'keep-younger-than': undefined,
    'prune-over-size-limit': false,
    'ignore-invalid-refs': true,
  });
  return options;
}
