import { promises } from 'node:fs';
import { DEFER_VARIABLE, REPORT_VARIABLE } from '../core/schedule/cron-job/deferral.js';
import { EXIT, messageOf } from '../core/model/errors.js';
import { isRecord } from '../core/model/values/json.js';
import { stderr } from '../core/terminal/writer.js';

/** Exit statuses that can wait: the run has ended by itself. After a signal, the whole pod ends. */
const DEFERRABLE: readonly unknown[] = [EXIT.error, EXIT.found, EXIT.partial, EXIT.refused];

interface Failure {
  command: string;
  status: number;
}

/**
 * In the pod of the printed CronJob, lets a failed prune not prevent the next one: the init container records its exit
 * status in a file and ends with 0, and the last container fails in its place. Without the two variables, which only
 * that pod has, nothing happens. If the file cannot be written or read, the exit status is that of a failure.
 * @param argv the command line
 */
export async function settleFailure(argv: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const [record, report] = [env[DEFER_VARIABLE], env[REPORT_VARIABLE]];
  try {
    if (record) await defer(record, commandOf(argv));
    if (report) reportAll(await readFailures(report));
  } catch (error) {
    stderr().error(`error: the result of the prunes before cannot be passed on: ${messageOf(error)}`);
    process.exitCode = process.exitCode || EXIT.error;
  }
  await stderr().settled();
}

/** `prune builds` */
function commandOf(argv: readonly string[]): string {
  return argv.slice(0, 2).join(' ');
}

async function defer(file: string, command: string): Promise<void> {
  const status = process.exitCode;
  if (!DEFERRABLE.includes(status)) return;
  const { openPrivateFile } = await import('../core/kit/private-file.js');
  const handle = await openPrivateFile(file, 'a');
  try {
    await handle.writeFile(`${JSON.stringify({ command, status })}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  stderr().error(
    `${command} ended with exit status ${status}; the next prune runs, and the last container of the pod fails`,
  );
  process.exitCode = EXIT.ok;
}

/** Reads the failures of the containers before; none if no container has written the file. */
async function readFailures(file: string): Promise<Failure[]> {
  const text = await promises.readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return text.split('\n').filter(Boolean).map(parseFailure);
}

function parseFailure(line: string): Failure {
  const value = JSON.parse(line) as unknown;
  if (!isRecord(value) || typeof value.command !== 'string' || typeof value.status !== 'number')
    throw new Error('the file has another content');
  return { command: value.command, status: value.status };
}

function reportAll(failures: readonly Failure[]): void {
  for (const { command, status } of failures)
    stderr().error(
      `error: ${command} failed before in this pod, with exit status ${status}; its message is in the log of container ${command.replace(' ', '-')}`,
    );
  if (failures.length > 0) process.exitCode = process.exitCode || EXIT.partial;
}
