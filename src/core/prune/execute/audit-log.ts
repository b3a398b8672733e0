import { open, type FileHandle } from 'node:fs/promises';
import { RegadmError, messageOf } from '../../model/errors.js';

/** One line of the audit log: what was done to what, and how it ended; what failed may have happened all the same, its answer being lost. */
export interface AuditEntry {
  action:
    | 'start'
    | 'update-image-stream'
    | 'delete-layer-link'
    | 'delete-manifest-link'
    | 'delete-blob'
    | 'delete-image'
    | 'end';
  [detail: string]: unknown;
}

/** A file that gets one JSON line for every decision that was carried out, on the disk before the next step. */
export class AuditLog {
  private queue: { line: string; resolve: () => void; reject: (error: Error) => void }[] = [];
  private writing = false;

  private constructor(
    private readonly file: string,
    private readonly handle: FileHandle,
  ) {}

  /** Opens for appending. @throws RegadmError AUDIT_LOG */
  static async open(file: string): Promise<AuditLog> {
    try {
      return new AuditLog(file, await open(file, 'a', 0o600));
    } catch (cause) {
      throw auditError(file, cause);
    }
  }

  /** Resolves when the line is on the disk; lines of several workers are flushed together. @throws RegadmError AUDIT_LOG */
  append(entry: AuditEntry): Promise<void> {
    const line = `${JSON.stringify({ time: new Date().toISOString(), ...entry })}\n`;
    return new Promise((resolve, reject) => {
      this.queue.push({ line, resolve, reject });
      if (!this.writing) void this.drain();
    });
  }

  async close(): Promise<void> {
    await this.handle.close();
  }

  private async drain(): Promise<void> {
    this.writing = true;
    while (this.queue.length > 0) {
      const batch = this.queue.splice(0);
      try {
        await this.handle.appendFile(batch.map(({ line }) => line).join(''));
        await this.flush();
        batch.forEach(({ resolve }) => resolve());
      } catch (cause) {
        const error = auditError(this.file, cause);
        batch.forEach(({ reject }) => reject(error));
      }
    }
    this.writing = false;
  }

  private async flush(): Promise<void> {
    await this.handle.datasync().catch((error: NodeJS.ErrnoException) => {
      // Pipes and terminals cannot be flushed; they have nothing that could be lost.
      if (error.code !== 'EINVAL' && error.code !== 'ENOTSUP') throw error;
    });
  }
}

function auditError(file: string, cause: unknown): RegadmError {
  return new RegadmError(`cannot write the audit log ${file}: ${messageOf(cause)}`, {
    code: 'AUDIT_LOG',
    suggestions: ['make room or choose another file; nothing more is deleted without it'],
    cause,
  });
}
