import type { Output } from '../../terminal/output.js';
import type { VerifyReport } from '../report.js';
import { BROKEN } from './main-table.js';
import type { RegistryVerificationDocument } from './document-type.js';

/** Returns the document of `-o json` as one value. */
export function wholeDocument({ verification, ...fields }: VerifyReport): RegistryVerificationDocument {
  return { apiVersion: 'regadm/v1', kind: 'RegistryVerification', ...fields, ...verification };
}

/** The output formats of `regadm registry verify`. */
export const verifyOutput: Output<VerifyReport, RegistryVerificationDocument> = {
  document: ({ verification, links, lostImages, warnings, ...fields }) => ({
    fields: {
      apiVersion: 'regadm/v1',
      kind: 'RegistryVerification',
      ...fields,
      summary: verification.summary,
    },
    arrays: {
      broken: () => verification.broken,
      unchecked: () => verification.unchecked,
      links: () => links,
      lostImages: () => lostImages,
      warnings: () => warnings,
    },
  }),
  table: async (report, layout) => (await import('./table.js')).verifyLines(report, layout),
  main: BROKEN,
};
