import type { ClusterApi } from '../cluster/api.js';
import type { Reporter } from '../kit/reporter.js';
import type { TextTest } from '../model/glob.js';
import { coverageDocument, joinPeriods, type Period, type PullsDocument } from '../model/pulls.js';
import { documentText } from '../terminal/document.js';
import { plural } from '../terminal/text.js';
import { addHistory, KEPT, toEntries } from './collected.js';
import { PullCollector, type LineCounts } from './collector.js';
import { filesCoverage } from './coverage.js';
import { assertWritable, readExisting, writePullsFile } from './pulls-file.js';
import { readLogFiles } from './read-files.js';
import { readPodLogs } from './read-pods.js';
import { ignoredUserAgents } from './user-agents.js';

/** What `registry pulls` is asked to do. */
export interface PullsRequest {
  out: string;
  /** True: continue the file, if it exists. */
  merge: boolean;
  /** Log files; none: the logs of the registry's pods. */
  logs: readonly string[];
  /** Maximum age of lines, in ms; undefined: no limit. */
  sinceMs?: number;
  countHead: boolean;
  ignored: readonly TextTest[];
}

interface PullsSession {
  /** Opens the cluster, for the logs of pods. */
  api: ClusterApi | undefined;
  reporter: Reporter;
  signal: AbortSignal;
  /** In ms since the epoch. */
  now: number;
}

/** What `registry pulls` did. */
export interface PullsReport {
  document: PullsDocument;
  file: string;
  counts: LineCounts;
}

/**
 * Reads logs and writes the pulls file.
 * @throws RegadmError PULLS_FILE, UNREADABLE_FILE, what reading the logs of pods throws, and the signal's reason
 */
export async function collectPulls(request: PullsRequest, session: PullsSession): Promise<PullsReport> {
  const { now, signal, reporter } = session;
  assertWritable(request.out);
  // A damaged file is an error at once, too.
  if (request.merge) await readExisting(request.out);
  const since = request.sinceMs === undefined ? 0 : Math.max(0, now - request.sinceMs);
  const isIgnored = ignoredUserAgents(request.ignored);
  const collector = new PullCollector({ countHead: request.countHead, isIgnored, since }, now);
  let tooLong = 0;
  const reading = { collector, tooLong: (lines: number) => void (tooLong += lines), signal };
  const complete = session.api
    ? await readPodLogs(session.api, { ...reading, reporter, since: since || undefined })
    : await readFiles(request.logs, reading);
  const covered = collector.counts.requests > 0 ? complete : [];
  warnAbout(collector.counts, tooLong, reporter);
  let document: PullsDocument | undefined;
  await writePullsFile(
    request.out,
    async () => {
      document = await merged(request, { collector, covered, now });
      return documentText('json', document);
    },
    signal,
  );
  return { document: document!, file: request.out, counts: collector.counts };
}

async function readFiles(files: readonly string[], reading: Parameters<typeof readLogFiles>[1]): Promise<Period[]> {
  await readLogFiles(files, reading);
  return filesCoverage([...reading.collector.sources.values()]);
}

/** Adds what was read to the file as it is now: another run can have written it meanwhile. */
async function merged(
  { out, merge }: PullsRequest,
  { collector, covered, now }: { collector: PullCollector; covered: Period[]; now: number },
): Promise<PullsDocument> {
  const existing = merge ? await readExisting(out) : undefined;
  if (existing) addHistory(collector.pulls, existing);
  const periods = joinPeriods([...(existing?.covered ?? []), ...covered])
    .filter(({ to }) => to > now - KEPT)
    .map(({ from, to }) => ({ from: Math.max(from, now - KEPT), to }));
  const pulls = toEntries(collector.pulls, now);
  return { apiVersion: 'regadm/v1', kind: 'Pulls', pulls, coverage: coverageDocument(periods) };
}

function warnAbout({ lines, requests, future, untimed }: LineCounts, tooLong: number, reporter: Reporter): void {
  if (lines === 0) reporter.warning('the logs are empty, so that no period is known to be complete');
  else if (untimed === lines)
    reporter.warning(
      'no line can be read, so that no period is known to be complete: the logs must be those of the registry, in UTF-8',
    );
  else if (requests === 0)
    reporter.warning(
      'no line is about a request, so that no period is known to be complete: the registry logs requests only at the log level info; set spec.logLevel of the registry operator to Normal: oc patch configs.imageregistry.operator.openshift.io/cluster --type merge -p \'{"spec":{"logLevel":"Normal"}}\'',
    );
  if (future > 0) reporter.warning(`ignored ${plural(future, 'line')} with a time in the future: check the clocks`);
  if (untimed > 0 && untimed < lines)
    reporter.warning(`ignored ${plural(untimed, 'line')} without a time that can be read`);
  if (tooLong > 0) reporter.warning(`ignored ${plural(tooLong, 'line')} of more than 256 KiB`);
}
