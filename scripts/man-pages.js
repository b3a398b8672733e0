/**
 * Writes the man pages of the program and of every command to man/, from oclif.manifest.json. `npm run build` calls it.
 * @see https://man7.org/linux/man-pages/man7/groff_man.7.html
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './esbuild-options.js';

const GENERAL = {
  0: 'success, or nothing to do',
  1: 'an error',
  130: 'interrupted by Ctrl-C (143: by SIGTERM)',
};
const OF_PROGRAM = {
  2: 'something was found: by a check, or by a dry run with --detailed-exitcode',
  3: 'partly completed: something failed, or could not be read',
  4: 'refused; nothing was changed',
};

/** Escapes what groff would interpret, and characters that a terminal may lack. */
function text(words) {
  return (
    words
      .replaceAll('\\', '\\e')
      .replaceAll('-', '\\-')
      // Lines can be broken here, without a hyphen.
      .replaceAll(/([|/,_:])(?=[^ :\n])/g, '$1\\:')
      .replaceAll('…', '...')
      .replaceAll(/[^ -~\n]/g, (char) => `\\[u${char.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}]`)
      .replaceAll(/^(?=[.'])/gm, '\\&')
  );
}

const nameOf = (id) => ['regadm', ...id.split(':')].filter(Boolean).join('-');
const bold = (words) => `\\fB${text(words)}\\fR`;
const paragraphs = (words) => words.split(/\n{2,}/).flatMap((each) => ['.PP', text(each.replaceAll('\n', ' '))]);
const entry = (term, description) => ['.TP', term, text(description.replaceAll(/\s+/g, ' '))];

function header(id, version, summary) {
  const name = nameOf(id);
  return [
    `.TH "${text(name.toUpperCase())}" 1 "" "${text(`regadm ${version}`)}" "${text('regadm manual')}"`,
    // Names of flags and digests are not to be broken or stretched.
    '.nh',
    '.ad l',
    '.SH NAME',
    `${text(name)} \\- ${text(summary)}`,
  ];
}

function flagLines([name, { char, type, allowNo, helpValue, options, description = '', default: fallback }]) {
  const value = type === 'option' ? `=\\fI${text(helpValue ?? options?.join('|') ?? 'TEXT')}\\fR` : '';
  const long = `${bold(`--${allowNo ? '[no-]' : ''}${name}`)}${value}`;
  const states = type !== 'option' || /\((?:default: [^)]*|required)\)/.test(description);
  const shown = states ? description : `${description} (default: ${fallback ?? 'none'})`;
  return entry(char ? `${bold(`-${char}`)}, ${long}` : long, shown);
}

function flagSections(flags) {
  const shown = Object.entries(flags).filter(([, { hidden }]) => !hidden);
  return grouped(shown).flatMap(([group, entries]) => [
    ...(group ? [`.SS ${text(group)}`] : []),
    ...entries.flatMap(flagLines),
  ]);
}

/** As in --help: the flags of the command itself first, those of every command last. */
const rank = (group) => ['CLUSTER', 'OUTPUT'].indexOf(group);

const groupOf = ([, { helpGroup = '' }]) => helpGroup;
/** Groups flags; those without a group come first. Node.js 20 has no Map.groupBy. */
function grouped(entries) {
  const groups = new Map([['', []]]);
  for (const each of entries) groups.set(groupOf(each), [...(groups.get(groupOf(each)) ?? []), each]);
  return [...groups].filter(([, members]) => members.length > 0).sort(([a], [b]) => rank(a) - rank(b));
}

function exampleLines(id, { description, command }) {
  const shown = command
    .replaceAll('<%= config.bin %>', 'regadm')
    .replaceAll('<%= command.id %>', id.replaceAll(':', ' '));
  return ['.PP', text(description ?? ''), '.PP', '.RS 4', '.EX', text(shown), '.EE', '.RE'];
}

const statuses = (meanings) => [
  '.SH "EXIT STATUS"',
  ...Object.entries(meanings).flatMap(([status, meaning]) => entry(bold(status), meaning)),
];

function commandPage(id, command, version) {
  const { summary, description = '', usage, args, flags, examples = [], exitStatuses } = command;
  const words = id.replaceAll(':', ' ');
  const given = Object.values(args).map(({ name, required }) =>
    required ? name.toUpperCase() : `[${name.toUpperCase()}]`,
  );
  const written = [usage].flat()[0]?.replace('<%= command.id %>', '').trim() ?? [...given, '[FLAGS]'].join(' ');
  return [
    ...header(id, version, summary),
    '.SH SYNOPSIS',
    `${bold(`regadm ${words}`)} ${text(written)}`,
    '.SH DESCRIPTION',
    ...paragraphs(description).slice(1),
    '.SH OPTIONS',
    ...flagSections(flags),
    ...statuses({ ...GENERAL, ...exitStatuses }),
    '.SH EXAMPLES',
    ...examples.flatMap((example) => exampleLines(id, example)),
    '.SH "SEE ALSO"',
    `${bold('regadm')}(1)`,
  ];
}

function programPage(commands, { version, description }) {
  return [
    ...header('', version, 'free the space that container images use in OpenShift and OKD'),
    '.SH SYNOPSIS',
    `${bold('regadm')} ${text('COMMAND [FLAGS]')}`,
    '.SH DESCRIPTION',
    text(`${description.replaceAll('`', '')}.`),
    '.SH COMMANDS',
    ...Object.entries(commands).flatMap(([id, { summary }]) => entry(`${bold(nameOf(id))}(1)`, summary)),
    '.SH ENVIRONMENT',
    ...entry(bold('KUBECONFIG'), 'files that select the cluster and the user, as in kubectl'),
    ...entry(bold('REGADM_*'), 'values of flags: REGADM_KEEP_TAG_REVISIONS is --keep-tag-revisions; see regadm config'),
    ...entry(bold('NO_COLOR'), 'disables colors'),
    ...statuses({ ...GENERAL, ...OF_PROGRAM }),
    '.SH "SEE ALSO"',
    `${bold('oc')}(1), ${bold('kubectl')}(1)`,
  ];
}

/** Writes all pages, and removes those of commands that no longer exist. */
export function writeManPages({ commands }) {
  const about = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const directory = path.join(root, 'man');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  const write = (id, lines) => writeFileSync(path.join(directory, `${nameOf(id)}.1`), `${lines.join('\n')}\n`);
  write('', programPage(commands, about));
  for (const [id, command] of Object.entries(commands)) write(id, commandPage(id, command, about.version));
}
