import { ADVICE } from '../../model/advice.js';

/** Remedies for errors of the registry's storage, by the words of its drivers; the first match counts. */
const REMEDIES: [RegExp, string][] = [
  [
    /AccessDenied|Forbidden|InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|Authorization(Permission|Failure)|AuthenticationFailed|invalid_grant|status code: 40[13]\b/i,
    'allow the registry to read and delete in its storage: check its credentials (secret image-registry-private-configuration in namespace openshift-image-registry) and the policy of the bucket or container',
  ],
  [
    /SlowDown|TooManyRequests|ServerBusy|Throttl|RequestLimitExceeded|rateLimitExceeded|status code: (429|503)\b/i,
    ADVICE.slowStorage,
  ],
  [/NoSuchBucket|ContainerNotFound|BucketNotFound|bucket doesn't exist/i, ADVICE.storagePlace],
  [/RequestTimeTooSkewed/i, "synchronize the clock of the registry's node (NTP)"],
  [
    /no space left|ENOSPC|quota exceeded|EDQUOT/i,
    "the registry's volume is full: enlarge it; the registry writes while it deletes",
  ],
  [
    /read-only file system|EROFS|permission denied|EACCES|operation not permitted/i,
    "check the mount and the permissions of the registry's volume",
  ],
];

/**
 * Returns what to do about an error of the storage, which the registry passes on.
 * @param text what the registry states about its error; undefined if it states nothing about the storage
 */
export function storageRemedies(text: string | undefined): string[] {
  if (text === undefined) return [];
  const found = REMEDIES.find(([pattern]) => pattern.test(text));
  return [found ? found[1] : ADVICE.checkStorage, ADVICE.registryLog];
}
