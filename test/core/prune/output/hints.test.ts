import { STATUS } from '../../../../src/core/prune/outcome.js';
import { hintsFor } from '../../../../src/core/prune/output/hints.js';
import type { ImagePruneReport } from '../../../../src/core/prune/report.js';
import { aConfirmedReport, aReport } from '../../../support/reports.js';
import { storyPlan } from './story.js';

const hintsOf = (report: ImagePruneReport): string => hintsFor(report).join('\n');
const CACHE = 'blob cache is stale';

/** A confirmed run in which nothing in the registry was deleted. */
function withoutDeletions(): ImagePruneReport {
  const report = aConfirmedReport(storyPlan(), { registrySetup: { storage: 's3', replicas: 2 } });
  report.outcome.blobs.fill(STATUS.gone);
  for (const { layerLinks } of report.outcome.streams) layerLinks.fill(STATUS.failed);
  return report;
}

describe('the hint about the blob cache', () => {
  test('appears after a confirmed run that deleted blobs and layer links', () => {
    expect(hintsOf(aConfirmedReport(storyPlan()))).toContain(CACHE);
  });

  test('does not appear after a dry run', () => {
    expect(hintsOf(aReport(storyPlan()))).not.toContain(CACHE);
  });

  test('does not appear if no blob and no layer link was deleted', () => {
    expect(hintsOf(withoutDeletions())).toBe('');
  });

  test.each(['a blob', 'a layer link'])('appears if only %s was deleted', (what) => {
    const report = withoutDeletions();
    const { blobs, streams } = report.outcome;
    (what === 'a blob' ? blobs : streams.find(({ layerLinks }) => layerLinks.length > 0)!.layerLinks)[0] =
      STATUS.deleted;
    expect(hintsOf(report)).toContain(CACHE);
  });

  test('names the number of replicas, each of which has its own', () => {
    const report = aConfirmedReport(storyPlan(), { registrySetup: { storage: 'pvc', replicas: 3 } });
    expect(hintsOf(report)).toContain('(only one of its 3 replicas has forgotten a blob): regadm registry restart');
  });

  test('does not recommend a restart that deletes all images', () => {
    const registrySetup = { storage: 'emptyDir', replicas: 1, isEphemeral: true };
    const hints = hintsOf(aConfirmedReport(storyPlan(), { registrySetup }));
    expect(hints).toContain('deletes all images');
    expect(hints).not.toContain('regadm registry restart');
  });

  test('does not appear if the cache is turned off', () => {
    const registrySetup = { storage: 's3', replicas: 1, isCacheOff: true };
    const hints = hintsOf(aConfirmedReport(storyPlan(), { registrySetup }));
    expect(hints).not.toMatch(/cache|restart/);
    expect(hints).toContain('regadm prune hard');
  });
});

describe('the hint to check the deletions', () => {
  test.each(['s3', 'ibmcos', 'swift'])('appears on %s storage, and names the restart', (storage) => {
    const hints = hintsOf(aConfirmedReport(storyPlan(), { registrySetup: { storage, replicas: 1 } }));
    expect(hints).toMatch(new RegExp(`on ${storage} storage.*regadm prune hard.*regadm registry restart`));
  });

  test.each(['pvc', 'azure', 'gcs', undefined])('does not appear on %s', (storage) => {
    expect(hintsOf(aConfirmedReport(storyPlan(), { registrySetup: { storage, replicas: 1 } }))).not.toContain(
      'prune hard',
    );
  });
});
