import type { Output } from '../../terminal/output.js';
import type { VerifyReport } from '../report.js';
import type { RegistryVerificationDocument } from './document-type.js';

/** The output formats of `regadm registry verify`. */
export const verifyOutput: Output<VerifyReport, RegistryVerificationDocument> = {
  document: ({ startedAt, finishedAt, options, storage, verification, links, warnings }) => ({
    fields: {
      apiVersion: 'regadm/v1',
      kind: 'RegistryVerification',
      startedAt,
      finishedAt,
      options,
      storage,
      summary: verification.summary,
    },
    arrays: {
      broken: () => verification.broken,
      unchecked: () => verification.unchecked,
      links: () => links,
      warnings: () => warnings,
    },
  }),
  table: async (report, layout) => (await import('./table.js')).verifyLines(report, layout),
};
