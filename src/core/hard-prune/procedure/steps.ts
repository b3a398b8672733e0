import type { Reporter } from '../../kit/reporter.js';
import { messageOf } from '../../model/errors.js';
import type { ProcedureStep } from './step.js';

/** Runs the steps of the guarded procedure; reports each and records its times and outcome. */
export class Steps {
  readonly records: ProcedureStep[] = [];

  constructor(
    private readonly reporter: Reporter,
    private readonly now: () => Date = () => new Date(),
  ) {}

  async run<T>(step: string, work: () => Promise<T>): Promise<T> {
    const record: ProcedureStep = { step, startedAt: this.now().toISOString(), outcome: 'running' };
    this.records.push(record);
    this.reporter.note(`${step} …`);
    // Replaces the progress of an earlier step.
    this.reporter.phase(step);
    try {
      const result = await work();
      record.outcome = 'done';
      return result;
    } catch (error) {
      record.outcome = 'failed';
      record.message = messageOf(error);
      throw error;
    } finally {
      record.finishedAt = this.now().toISOString();
    }
  }
}
