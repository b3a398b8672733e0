import type { Ora } from 'ora';
import { isAsciiLocale } from './ascii.js';
import { wantsColor } from './color.js';
import type { Progress } from './progress.js';
import { Phase, type PhaseStart } from './progress-phase.js';
import { clean } from './text.js';
import { writerFor } from './writer.js';

/** Columns that the spinner and its spaces take, and one that stays free so that no terminal wraps the line. */
const RESERVED_COLUMNS = 4;

/**
 * Shows progress on a terminal: one animated line, drawn by ora. ora keeps other lines intact that are written
 * meanwhile, and restores the cursor however the process ends. It is imported when the first phase starts, because
 * short commands do not need it.
 */
export class TerminalProgress implements Progress {
  private current: Phase | undefined;
  private spinner: Ora | undefined;

  constructor(private readonly stream: NodeJS.WriteStream) {}

  phase(...phase: PhaseStart): void {
    const isFirst = this.current === undefined;
    this.current = new Phase(...phase);
    if (isFirst) void this.start();
  }

  tick(count = 1): void {
    if (this.current) this.current.count += count;
  }

  log(line: string): void {
    writerFor(this.stream).line(line);
  }

  done(): void {
    this.current = undefined;
    this.spinner?.stop();
    this.spinner = undefined;
    process.off('exit', this.clear);
  }

  private async start(): Promise<void> {
    const { default: ora } = await import('ora');
    // The work can end during the import.
    if (!this.current || this.spinner) return;
    this.spinner = ora({
      stream: this.stream,
      ...(isAsciiLocale() ? { spinner: 'line' as const } : {}),
      suffixText: () => this.text(),
      color: wantsColor(this.stream) ? 'cyan' : false,
      // createProgress decides; ora itself would stay silent on terminals of CI systems.
      isEnabled: true,
      // Otherwise Ctrl-C would reach the program as a character, and input for a later prompt would be lost.
      discardStdin: false,
    });
    process.once('exit', this.clear);
    this.spinner.start();
  }

  /** Clears the line if the process exits during a phase. */
  private readonly clear = (): void => void this.spinner?.stop();

  private text(): string {
    const columns = this.stream.columns > 0 ? this.stream.columns : 80;
    return clean(this.current?.text(columns - RESERVED_COLUMNS) ?? '').slice(0, columns - RESERVED_COLUMNS);
  }
}
