import { StoreRefusal } from './store-refusal.js';

/** Creates the error of a store without conditional writes. @param condition the header that it does not honor */
export function noConditions(name: string, condition: string): StoreRefusal {
  return new StoreRefusal(
    `${name}: the storage does not honor conditional writes (${condition}), so regadm cannot make sure that only one run changes it`,
    {
      code: 'STORAGE_ERROR',
      suggestions: ['update the storage service, or prune the storage in read-only mode without a trash'],
    },
  );
}
