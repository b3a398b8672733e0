import { StoreRefusal } from './store-refusal.js';

/** What an error about conditional writes states about the store. */
interface Unconditional {
  /** Name of the store. */
  name: string;
  /** The header that it does not honor. */
  condition: string;
  /** True if the bucket has versioning: Ceph then ignores conditions. */
  keepsVersions?: boolean;
}

/** Creates the error of a store without conditional writes. Nothing was changed: the lease is the first write. */
export function noConditions({ name, condition, keepsVersions = false }: Unconditional): StoreRefusal {
  const cause = keepsVersions ? '; the bucket has versioning, and services such as Ceph do not honor them then' : '';
  return new StoreRefusal(
    `${name}: the storage does not honor conditional writes (${condition}), so regadm cannot make sure that only one run changes its trash${cause}`,
    {
      code: 'STORAGE_UNCONDITIONAL',
      suggestions: [
        keepsVersions
          ? 'suspend versioning of the bucket, then run this command again; until then, the trash stays as it is'
          : 'use a service, or an API of the service, that honors them: s3:// for Ceph, swift:// for Swift',
        'a hard prune in read-only mode that keeps no trash does not need them',
      ],
    },
  );
}

/** Warns before a first write about a bucket with versioning. */
export const versionsWarning = (name: string): string =>
  `${name} has versioning: with it, services such as Ceph do not honor conditional writes, and changes of the trash are then refused (exit status 4) until versioning is suspended`;
