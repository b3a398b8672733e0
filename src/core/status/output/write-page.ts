import { RegadmError, messageOf } from '../../model/errors.js';
import { writeOutputFile } from '../../terminal/output-file.js';
import type { RegistryStatusReport } from '../report.js';
import { statusPage } from './page.js';

/** Writes the status as a web page. @throws RegadmError REPORT_FILE */
export async function writeStatusPage(file: string, report: RegistryStatusReport): Promise<void> {
  await writeOutputFile(file, statusPage(report)).catch((cause: unknown) => {
    throw new RegadmError(`cannot write --report ${file}: ${messageOf(cause)}`, { code: 'REPORT_FILE', cause });
  });
}
