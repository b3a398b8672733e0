import type { StoragePlace } from '../../model/registry-storage.js';
import { timestamp } from '../../terminal/text.js';

/** What the reports of all runs that change the trash have. */
interface TrashRun {
  dryRun: boolean;
  interrupted?: object;
  startedAt: Date;
  finishedAt: Date;
  storage?: StoragePlace;
}

/** Returns what the documents of runs that change the trash have in common. */
export const runFields = ({ dryRun, interrupted, startedAt, finishedAt, storage }: TrashRun) => ({
  dryRun,
  ...(interrupted ? { interrupted: true as const } : {}),
  startedAt: timestamp(startedAt.getTime())!,
  finishedAt: timestamp(finishedAt.getTime())!,
  storage,
});

/** True for what was moved back, or would be. */
export const isRestored = ({ status }: { status: string }): boolean =>
  status === 'restored' || status === 'would-restore';
