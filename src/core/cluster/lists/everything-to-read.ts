import type { ReadOptions } from './read-result.js';

/**
 * Returns which further resources are read; undefined unless `referrers` is `all`.
 * @param registryUrl value of `--registry-url`: images that are pulled from there are in the registry
 */
export function everythingToRead(
  { referrers, skipResources = [] }: { referrers: string; skipResources?: readonly string[] },
  registryUrl: string | undefined,
): ReadOptions['everything'] {
  if (referrers !== 'all') return undefined;
  const hosts = registryUrl === undefined ? [] : [registryUrl.replace(/^https?:\/\//i, '').replace(/\/$/, '')];
  return { hosts, skip: skipResources };
}
