import { CommandHelp, Help, type Command, type Interfaces } from '@oclif/core';
import { terminalWidth } from '../core/terminal/color.js';
import { withMarks } from '../core/terminal/escape.js';
import { stdout } from '../core/terminal/writer.js';
import type { BaseCommand } from './base-command.js';
import { exitStatusRows, placeOfPage, wrapCommand } from './help-text.js';
import { wrapPlain } from './wrap-plain.js';

type Section = { header: string; body: string };

/** Groups of flags in the order in which they are shown; other groups come after the first two. */
const ORDER = ['WHAT TO PRUNE', 'SAFETY', 'REGISTRY', 'CLUSTER', 'OUTPUT'];
const place = (group: string): number => (ORDER.includes(group) ? ORDER.indexOf(group) : 1.5);

/** Shows description and examples first, then the flags in groups, as kubectl does. */
class RegadmCommandHelp extends CommandHelp {
  protected override sections(): ReturnType<CommandHelp['sections']> {
    const all = super
      .sections()
      .map((section) =>
        section.header === 'FLAGS' ? { ...section, generate: this.flagSections.bind(this) } : section,
      );
    const order = ['USAGE', 'DESCRIPTION', 'EXAMPLES', 'ARGUMENTS', 'FLAGS'];
    const ordered = order.flatMap((header) => all.filter((section) => section.header === header));
    const end = [{ header: 'EXIT STATUS', generate: () => this.endSections() }];
    return [...ordered, ...end] as ReturnType<CommandHelp['sections']>;
  }

  /** Shows what the exit statuses mean, and where to read more. */
  private endSections(): Section[] {
    const { exitStatuses, page = '', flags } = this.command as unknown as Partial<typeof BaseCommand>;
    const statuses = exitStatusRows(exitStatuses, flags !== undefined && 'kubeconfig' in flags);
    return [
      { header: 'EXIT STATUS', body: statuses as unknown as string },
      { header: 'DOCUMENTATION', body: documentation(this.config, page) },
    ];
  }

  /** Shows each command below its description, as it can be pasted: without a prompt, and broken between words only. */
  protected override examples(examples: Command.Example[] | undefined | string): string | undefined {
    const list = Array.isArray(examples) ? examples : [];
    const shown = list.flatMap((example) =>
      typeof example === 'string' ? [] : [this.example(example.description, this.render(example.command))],
    );
    return shown.length > 0 ? shown.join('\n\n') : undefined;
  }

  private example(description: string, command: string): string {
    const indentation = this.indentSpacing * 2;
    const lines = command.split('\n').map((line) => wrapCommand(line, this.opts.maxWidth - indentation));
    return `${this.wrap(description, indentation)}\n\n${this.indent(lines.join('\n'))}`;
  }

  /** Omits the summary, which is shown above, and wraps lines at the width of the terminal. */
  protected override description(): string | undefined {
    const { description } = this.command;
    return description && this.wrap(description.replaceAll(/([^\n])\n(?=[^\s*-])/g, '$1 '));
  }

  override wrap(body: string, spacing = this.indentSpacing): string {
    return wrapPlain(this.render(body), this.opts.maxWidth - spacing) ?? super.wrap(body, spacing);
  }

  /** Wraps descriptions below their flags so that they fit: oclif indents them by two columns more than it reserves. */
  override renderList(...[rows, options]: Parameters<CommandHelp['renderList']>): string {
    const list = super.renderList(rows, options);
    if (!list.includes('\n\n')) return list;
    return super.renderList(rows, { ...options, indentation: options.indentation + 2, multiline: true });
  }

  /** Omits the flags, which are listed below. */
  protected override defaultUsage(): string {
    const { id, args, strict } = this.command;
    const words = Object.values(args).map(({ name, required }) => {
      const word = `${name.toUpperCase()}${strict === false ? '…' : ''}`;
      return required ? word : `[${word}]`;
    });
    return [id, ...words, '[FLAGS]'].join(' ');
  }

  private flagSections({ flags }: { flags: Command.Flag.Any[] }): Section[] {
    const { mainFlags, flagGroups } = this.groupFlags(flags);
    const groups = Object.entries(flagGroups).sort(([a], [b]) => place(a) - place(b));
    return [['FLAGS', mainFlags] as const, ...groups].flatMap(([header, some]) => {
      // Flags with a letter first, because oclif removes the indentation of a section's first line.
      const sorted = [...some].sort((a, b) => Number(b.char !== undefined) - Number(a.char !== undefined));
      const body = this.flags(sorted.map(withDefault));
      return body ? [{ header, body: body as unknown as string }] : [];
    });
  }
}

/** Appends the default to the description, in the form of descriptions with defaults that depend on other flags. */
function withDefault(flag: Command.Flag.Any): Command.Flag.Any {
  if (flag.type !== 'option' || /\((?:default: .*|required)\)/.test(flag.description ?? '')) return flag;
  const value = flag.default === undefined ? 'none' : String(flag.default);
  return { ...flag, default: undefined, description: `${flag.description} (default: ${value})` };
}

/** Returns the places of a command's page, and of the page about exit statuses. */
function documentation({ root, pjson }: Interfaces.Config, page: string): string {
  const { homepage } = pjson as { homepage?: string };
  return placeOfPage(page, { root, homepage });
}

/** What exit statuses mean in general, for the help of the whole program. */
const ALL_STATUSES = {
  2: 'something was found: by a check, or by a dry run with --detailed-exitcode',
  3: 'partly completed: something failed, or could not be read',
  4: 'refused; nothing was changed',
};

/** Longer lines are hard to read. */
const MAX_WIDTH = 120;

/** Returns the width of a help, which fits the terminal. oclif reads it once, and does not know COLUMNS. */
function helpWidth(): number {
  const columns = terminalWidth(stdout().stream);
  return columns === Infinity ? 80 : Math.max(40, Math.min(columns, MAX_WIDTH));
}

export class RegadmHelp extends Help {
  protected override CommandHelpClass: typeof CommandHelp = RegadmCommandHelp;

  constructor(config: Interfaces.Config, options: Partial<Interfaces.HelpOptions> = {}) {
    super(config, { flagSortOrder: 'none', maxWidth: helpWidth(), ...options });
  }

  /** Writes through the writer, which notices a full disk; oclif's colors become marks that it knows. */
  protected override log(...texts: string[]): void {
    for (const line of texts.join(' ').split('\n')) stdout().line(withMarks(line));
  }

  override wrap(body: string, spacing = this.indentSpacing): string {
    return wrapPlain(this.render(body), this.opts.maxWidth - spacing) ?? super.wrap(body, spacing);
  }

  override formatRoot(): string {
    const bin = this.config.bin;
    const start = [
      [`${bin} sandbox`, 'try regadm against a simulated cluster'],
      [`${bin} doctor`, 'find problems that would make a prune fail'],
      [`${bin} prune images`, 'show what would be pruned; delete with --confirm'],
    ];
    const [first = '', ...rest] = super.formatRoot().split('\n');
    const list = this.section(
      'START HERE',
      start.map(([left, right]) => [left!, right]),
    );
    return `${[this.wrap(first), ...rest].join('\n')}\n\n${list}`;
  }

  /** Ends the help of the whole program like that of a command. */
  protected override async showRootHelp(): Promise<void> {
    await super.showRootHelp();
    this.log(this.section('EXIT STATUS', exitStatusRows(ALL_STATUSES, true)));
    this.log('');
    this.log(this.section('DOCUMENTATION', documentation(this.config, 'README.md')));
  }
}
