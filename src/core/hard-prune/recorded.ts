import { recordWarnings, type RecordingReporter } from '../kit/reporter.js';
import type { HardPrunePorts } from './ports.js';
import type { HardPruneReport } from './report.js';
import type { HardPruneRequest } from './request.js';

/** Ports that record what the report states about the run. */
interface Recorded {
  ports: HardPrunePorts;
  reporter: RecordingReporter;
  /** Counts the requests to an object storage. */
  counted: () => Pick<HardPruneReport, 'requests'>;
}

/** Returns ports that record what the report states about the run: its warnings, and its requests to the storage. */
export function recorded(given: HardPrunePorts, { way }: HardPruneRequest): Recorded {
  const reporter = recordWarnings(given.reporter);
  const isObjectStorage = way.via === 'storage' && typeof way.location !== 'string';
  let requests = 0;
  return {
    ports: { ...given, reporter, onStorageRequest: () => void requests++ },
    reporter,
    counted: () => (isObjectStorage ? { requests } : {}),
  };
}

/** Returns when a run began, and that it ends now. */
export const times = (startedAt: string): { startedAt: string; finishedAt: string } => ({
  startedAt,
  finishedAt: new Date().toISOString(),
});
