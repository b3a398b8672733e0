import type { Reporter } from '../kit/reporter.js';
import type { OpenedStorage } from '../operator/registry-storage/open.js';

/** What reading and restoring the trash needs: no cluster. */
export interface TrashStoragePorts extends OpenedStorage {
  reporter: Reporter;
  signal: AbortSignal;
}
