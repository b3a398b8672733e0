import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { RegadmError, messageOf } from '../../model/errors.js';
import { openOutputFile, writeOutputFile } from '../../terminal/output-file.js';
import type { RegistryStatusReport } from '../report.js';
import { statusPage } from './page.js';

/**
 * Checks before the run that the page can be written; changes and creates nothing.
 * @throws RegadmError REPORT_FILE
 */
export async function checkStatusPage(file: string): Promise<void> {
  try {
    const exists = await access(file).then(
      () => true,
      () => false,
    );
    if (!exists) await access(path.dirname(file), constants.W_OK);
    else if (!PIPE.test(file)) await (await openOutputFile(file, 'a')).close();
  } catch (cause) {
    throw cannotWrite(file, cause);
  }
}

/** What the shell has opened: opening it again can wait for a reader. */
const PIPE = /^\/(?:dev|proc\/self\/fd)\//;

/** Writes the status as a web page. @throws RegadmError REPORT_FILE */
export async function writeStatusPage(file: string, report: RegistryStatusReport): Promise<void> {
  await writeOutputFile(file, statusPage(report)).catch((cause: unknown) => {
    throw cannotWrite(file, cause);
  });
}

function cannotWrite(file: string, cause: unknown): RegadmError {
  return new RegadmError(`cannot write --report ${file}: ${messageOf(cause)}`, { code: 'REPORT_FILE', cause });
}
