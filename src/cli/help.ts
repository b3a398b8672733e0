import { CommandHelp, Help, type Command, type Interfaces } from '@oclif/core';
import { withMarks } from '../core/terminal/escape.js';
import { stdout } from '../core/terminal/writer.js';

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
    return order.flatMap((header) => all.filter((section) => section.header === header)) as ReturnType<
      CommandHelp['sections']
    >;
  }

  /** Omits the summary, which is shown above, and wraps lines at the width of the terminal. */
  protected override description(): string | undefined {
    const { description } = this.command;
    return description && this.wrap(description.replaceAll(/([^\n])\n(?=[^\s*-])/g, '$1 '));
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
  if (flag.type !== 'option' || flag.default === undefined) return flag;
  return { ...flag, default: undefined, description: `${flag.description} (default: ${String(flag.default)})` };
}

export class RegadmHelp extends Help {
  protected override CommandHelpClass: typeof CommandHelp = RegadmCommandHelp;

  constructor(config: Interfaces.Config, options: Partial<Interfaces.HelpOptions> = {}) {
    super(config, { flagSortOrder: 'none', ...options });
  }

  /** Writes through the writer, which notices a full disk; oclif's colors become marks that it knows. */
  protected override log(...texts: string[]): void {
    for (const line of texts.join(' ').split('\n')) stdout().line(withMarks(line));
  }

  override formatRoot(): string {
    const bin = this.config.bin;
    const start = [
      [`${bin} sandbox`, 'try regadm against a simulated cluster'],
      [`${bin} doctor`, 'find problems that would make a prune fail'],
      [`${bin} prune images`, 'show what would be pruned; delete with --confirm'],
    ];
    const [first = '', ...rest] = super.formatRoot().split('\n');
    return `${[this.wrap(first), ...rest].join('\n')}\n\n${this.section(
      'START HERE',
      start.map(([left, right]) => [left!, right]),
    )}`;
  }
}
