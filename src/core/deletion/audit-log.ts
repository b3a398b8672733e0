import { redactValues } from '../kit/secrets/redact.js';
import { RegadmError, messageOf } from '../model/errors.js';
import { escapeJson } from '../terminal/escape.js';
import { openOutputFile, type OutputFile } from '../terminal/output-file.js';

/**
 * One line of the audit log: an action, its object and its result. A failed action may have happened if its response
 * was lost.
 */
export interface AuditEntry {
  action:
    | 'start'
    | 'update-image-stream'
    | 'delete-image-stream-tag'
    | 'delete-layer-link'
    | 'delete-manifest-link'
    | 'delete-blob'
    | 'delete-image'
    | 'delete-build'
    | 'delete-replication-controller'
    | 'delete-replica-set'
    | 'end';
  [detail: string]: unknown;
}

/** A file with one JSON line per action; each line is on the disk before the next step. */
export class AuditLog {
  private queue: { line: string; resolve: () => void; reject: (error: Error) => void }[] = [];
  private writing = false;

  private constructor(
    private readonly file: string,
    private readonly output: OutputFile,
  ) {}

  /** Opens a file for appending. @throws RegadmError AUDIT_LOG */
  static async open(file: string): Promise<AuditLog> {
    try {
      return new AuditLog(file, await openOutputFile(file, 'a'));
    } catch (cause) {
      throw auditError(file, cause);
    }
  }

  /**
   * Appends a line; resolves when it is on the disk. Lines of several workers are flushed together.
   * @throws RegadmError AUDIT_LOG
   */
  append(entry: AuditEntry): Promise<void> {
    const line = escapeJson(`${JSON.stringify(redactValues({ time: new Date().toISOString(), ...entry }))}\n`);
    return new Promise((resolve, reject) => {
      this.queue.push({ line, resolve, reject });
      if (!this.writing) void this.writeQueue();
    });
  }

  async close(): Promise<void> {
    await this.output.close();
  }

  private async writeQueue(): Promise<void> {
    this.writing = true;
    while (this.queue.length > 0) {
      const batch = this.queue.splice(0);
      try {
        await this.output.append(batch.map(({ line }) => line).join(''));
        await this.output.flush();
        batch.forEach(({ resolve }) => resolve());
      } catch (cause) {
        const error = auditError(this.file, cause);
        batch.forEach(({ reject }) => reject(error));
      }
    }
    this.writing = false;
  }
}

function auditError(file: string, cause: unknown): RegadmError {
  return new RegadmError(`cannot write the audit log ${file}: ${messageOf(cause)}`, {
    code: 'AUDIT_LOG',
    suggestions: ['free some space or choose another file; nothing more is deleted without the audit log'],
    cause,
  });
}
