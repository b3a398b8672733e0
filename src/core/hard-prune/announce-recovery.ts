import { reportRecovery } from '../operator/lease/notice.js';
import type { HardPrunePorts } from './ports.js';

/** Tells users before a run if the last one could not restore the registry. @throws RegadmError */
export async function announceRecovery({ api, reporter }: Pick<HardPrunePorts, 'api' | 'reporter'>): Promise<void> {
  reporter.phase('checking the cluster');
  await reportRecovery(api, reporter);
}
