import { Command, Errors, type Interfaces } from '@oclif/core';
import { normalizeArgv, requestedFormat, type FlagTable } from './argv.js';
import { dryRunHint } from '../flags/confirm.js';
import { commonFlags } from '../flags/output.js';
import { assertDistinctFiles, type OutputFileFlags } from './distinct-files.js';
import { checkedChoice, type OutputChoice } from './output/choice.js';
import { withOptions } from './output/option-values.js';
import { reportError } from './report-error.js';
import type { InterruptTexts } from './interrupt.js';
import type { ClusterFlagValues } from '../flags/cluster.js';
import type { ClusterSession, Session } from './session.js';
import { addSettings, originHints } from './config/settings.js';
import { usageHint } from './usage-hint.js';
import type { Setting } from './config/resolve.js';
import { usageError } from '../core/model/errors.js';
import type { Family } from '../core/terminal/metrics/family.js';
import { stderr, stdout } from '../core/terminal/writer.js';
import { requestsQuiet } from './quiet.js';
import { RunHeader } from './run-header.js';
import type { RunMetrics } from './run-metrics.js';
import { startMetrics, type MetricsFlagValues } from './start-metrics.js';
import type { ClusterApi } from '../core/cluster/api.js';
import type { Output } from '../core/terminal/output.js';
import type { Documents } from './documents.js';
import type { Presentation } from './present.js';

export type FlagsOf<T extends typeof Command> = Interfaces.InferredFlags<
  (typeof BaseCommand)['baseFlags'] & T['flags']
>;

/**
 * Parses the command line, reports errors and sets the exit status, for all commands. A command parses
 * (`await this.read(ThisCommand)`), calls one function of core and presents its result.
 */
export abstract class BaseCommand extends Command {
  static override baseFlags = commonFlags;
  /** Its page in docs/, for the help. */
  static page = '';
  /** What its exit statuses mean, for the help: those that mean more than in all commands. */
  static exitStatuses: Record<number, string> = {};
  /** oclif's own --json would print its whole configuration on a parse error and change exit statuses. */
  static override enableJsonFlag = false;

  private level = 0;
  private format = 'table';
  private settings: Setting[] = [];
  protected readonly header = new RunHeader(this.config.version);
  /** Present with `--metrics-file`. */
  private metrics: RunMetrics | undefined;
  /** Present with `--dry-run` until it is written. */
  private dryRunHint: string | undefined;

  /**
   * Parses the command line with every form of flag that `oc` accepts, and adds settings.
   * @throws RegadmError (USAGE)
   */
  protected async read<T extends typeof Command>(
    command: T,
  ): Promise<{ flags: FlagsOf<T>; args: Interfaces.InferredArgs<T['args']>; argv: string[] }> {
    this.format = requestedFormat(this.argv) ?? 'table';
    const table = { ...command.baseFlags, ...command.flags };
    const written = normalizeArgv(this.argv, table, this.usage);
    this.level = Number(
      /^--loglevel=(\d+)$/.exec(written.findLast((arg) => arg.startsWith('--loglevel=')) ?? '')?.[1] ?? 0,
    );
    const warnings: string[] = [];
    const place = { config: this.config, id: this.id ?? '', flags: table };
    const { argv: whole, settings } = await addSettings(place, written, (text) => warnings.push(text));
    stderr().isQuiet = requestsQuiet(written, whole);
    for (const text of warnings) this.warning(text);
    this.settings = settings;
    this.argv = whole;
    this.format = requestedFormat(whole) ?? 'table';
    const { flags, args, argv } = await this.parse(command, this.argv);
    const all = flags as { loglevel?: number; json?: boolean } & Partial<OutputChoice> &
      MetricsFlagValues &
      OutputFileFlags;
    if (all.json) {
      if (written.some((arg) => arg.startsWith('--output=')) && all.output !== 'json') {
        throw usageError(`--json cannot be specified with --output=${all.output}`);
      }
      all.output = 'json';
    }
    if (all.output !== undefined) Object.assign(all, await checkedChoice({ ...all, output: all.output }));
    this.level = stderr().isQuiet ? 0 : (all.loglevel ?? 0);
    this.header.setCommandLine({ flags: all as Record<string, unknown>, table, argv: whole, settings });
    if ((flags as { 'no-color'?: boolean })['no-color']) process.env.NO_COLOR = '1';
    this.dryRunHint = dryRunHint(all, table);
    assertDistinctFiles(all);
    this.metrics = await startMetrics(all, {
      command: this.id?.replaceAll(':', ' ') ?? '',
      version: this.config.version,
      canChange: 'confirm' in table,
    });
    return { flags: flags as FlagsOf<T>, args: args as Interfaces.InferredArgs<T['args']>, argv: argv as string[] };
  }

  /**
   * Returns the flags that another command would have with these arguments, settings included.
   * @param id of the other command, such as `prune:images`
   * @throws RegadmError (USAGE)
   */
  protected async readOther<F extends Interfaces.FlagInput>(
    id: string,
    table: F,
    written: string[],
  ): Promise<Interfaces.InferredFlags<F>> {
    // The variables of the environment were checked when this command was read.
    const { argv, settings } = await addSettings({ config: this.config, id, flags: table }, written, () => {});
    this.settings = [...this.settings, ...settings];
    const { flags } = await this.parse({ flags: table as Interfaces.FlagInput }, argv);
    const choice = flags as Partial<OutputChoice>;
    if (choice.output !== undefined) Object.assign(flags, await checkedChoice({ ...choice, output: choice.output }));
    return flags as Interfaces.InferredFlags<F>;
  }

  /** Parses a normalized command line. Values of `-o` and `--sort-by` can be more than oclif's options. */
  protected override async parse<
    F extends Interfaces.OutputFlags<Interfaces.FlagInput>,
    B extends Interfaces.OutputFlags<Interfaces.FlagInput>,
    A extends Interfaces.OutputArgs<Interfaces.ArgInput>,
  >(options: Interfaces.Input<F, B, A>, argv: string[]): Promise<Interfaces.ParserOutput<F, B, A>> {
    const { argv: known, whole } = withOptions(argv, (options.flags ?? {}) as FlagTable);
    const parsed = await super.parse<F, B, A>(options, known);
    Object.assign(parsed.flags, whole);
    return parsed;
  }

  /**
   * Parses a command line as another command would, without settings of the environment.
   * @param id of the other command, such as `prune:images`
   * @returns the flags, and the command line in the form of `normalizeArgv`
   * @throws RegadmError (USAGE), and errors of oclif's parser
   */
  protected async parseAs(id: string, argv: string[]): Promise<{ argv: string[]; flags: Record<string, unknown> }> {
    const command = await this.config.findCommand(id, { must: true }).load();
    const table = { ...command.baseFlags, ...command.flags };
    const normalized = normalizeArgv(argv, table, usageHint(`${this.config.bin} ${id.replaceAll(':', ' ')}`));
    const { flags } = await this.parse({ flags: table }, normalized);
    return { argv: normalized, flags };
  }

  /** Runs work that reports its progress on stderr and can be interrupted. */
  protected async withSession<T>(work: (session: Session) => Promise<T>, texts?: InterruptTexts): Promise<T> {
    const { withSession } = await import('./session.js');
    return withSession({ verbosity: this.level, header: this.header }, work, texts);
  }

  /** Runs work like `withSession` on the cluster that the flags name, and closes the connection afterward. */
  protected async withCluster<T>(
    flags: ClusterFlagValues,
    work: (session: ClusterSession) => Promise<T>,
    texts?: InterruptTexts,
  ): Promise<T> {
    const { withCluster } = await import('./session.js');
    const announced = (session: ClusterSession): Promise<T> => {
      this.metrics?.setCluster(session.api.server);
      return work({ ...session, api: this.announce(session.api) });
    };
    return withCluster(flags, { verbosity: this.level, header: this.header }, announced, texts);
  }

  /**
   * Tells users which cluster the run uses, with which settings, once. Call it before the first request.
   * @param kubeconfig where the kubeconfig comes from, if it is not the user's
   */
  protected announce(api: ClusterApi, kubeconfig?: string): ClusterApi {
    for (const line of this.header.opened(api, kubeconfig)) this.note(line);
    this.writeDryRunHint();
    return api;
  }

  /** Writes the hint about `--dry-run` once: after the header, or at the end of a run without a cluster. */
  private writeDryRunHint(): void {
    if (this.dryRunHint !== undefined) this.note(`hint: ${this.dryRunHint}`);
    this.dryRunHint = undefined;
  }

  /**
   * Writes a result to stdout in the format of `-o`.
   * @param choice the flags of `outputFlags`
   */
  protected async present<Kind extends keyof Documents, Report>(
    report: Report,
    choice: OutputChoice,
    output: Output<Report, Documents[Kind]>,
  ): Promise<void> {
    const { present } = await import('./present.js');
    await present(report, this.presentation(choice), output);
  }

  /** Returns what `present` needs to know besides the result. @param choice the flags of `outputFlags` */
  protected presentation(choice: OutputChoice): Presentation {
    return { choice, envelope: this.header.envelope };
  }

  /** Tells whether flags, a kubeconfig or the pod select a cluster. */
  protected async hasCluster(flags: ClusterFlagValues): Promise<boolean> {
    const { hasCluster } = await import('./session.js');
    return hasCluster(flags);
  }

  /** Adds what the run did to the file of `--metrics-file`, if there is one. Call it before the result is presented. */
  protected measure(families: () => Family[]): void {
    this.metrics?.add(families());
  }

  /** Writes a document or a script to stdout. */
  protected print(text: string): void {
    stdout().text(text.endsWith('\n') ? text : `${text}\n`);
  }

  /** Writes everything else (warnings, hints, notes) to stderr, as one line. */
  protected note = (text: string): void => stderr().line(text);

  protected warning = (text: string): void => this.note(`warning: ${text}`);

  /** Writes to stderr if `-v` is at least `level`: 4 reasons, 6 requests, 8 request details. */
  protected logAt = (level: number, text: string): void => {
    if (level <= this.level) this.note(text);
  };

  protected get verbosity(): number {
    return this.level;
  }

  /** The flags whose values come from the environment or the configuration file. */
  protected get fromSettings(): ReadonlySet<string> {
    return new Set(this.settings.map(({ flag }) => flag));
  }

  /** Suggestion for usage errors: how to show the help of this command. */
  protected get usage(): string {
    return usageHint(`${this.config.bin} ${this.id?.replaceAll(':', ' ') ?? ''}`);
  }

  /** Reports an error after the result was presented: only on stderr, because stdout already has its document. */
  protected fail(error: Error): Promise<void> {
    const hints = (message: string): string[] => originHints(this.settings, message);
    return reportError(error, { verbosity: this.level, usage: this.usage, hints });
  }

  /** Writes the metrics when the exit status is final: missing output changes it. */
  protected override async finally(error: Error | undefined): Promise<void> {
    if (!error) this.writeDryRunHint();
    if (this.metrics) {
      const { finishOutput, reportAtEnd } = await import('./finish-output.js');
      const { afterRun } = await import('./run-metrics.js');
      await finishOutput();
      const status = Number(process.exitCode ?? 0);
      try {
        this.metrics.finish(status);
      } catch (failure) {
        await reportAtEnd(afterRun(failure, status));
      }
    }
    return super.finally(error);
  }

  /** Reports an error in the format of `-o`, with the origin of settings that its message names. */
  protected override async catch(thrown: Error): Promise<void> {
    if (thrown instanceof Errors.ExitError) throw thrown;
    await reportError(thrown, {
      format: this.format,
      verbosity: this.level,
      usage: this.usage,
      envelope: this.header.envelope,
      hints: (message) => originHints(this.settings, message),
    });
  }
}
