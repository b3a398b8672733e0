/**
 * Writes docs/commands.md, the reference of all commands, from oclif.manifest.json (so run `npm run build` first).
 * `--check` compares instead, and fails when the page is not current.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const at = (path) => new URL(`../${path}`, import.meta.url);
const { commands } = JSON.parse(readFileSync(at('oclif.manifest.json'), 'utf8'));
const { oclif } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
const ORDER = ['FLAGS', 'WHAT TO PRUNE', 'SAFETY', 'REGISTRY'];
const LAST = ['CLUSTER', 'OUTPUT'];

/** Escapes bars, which would end a cell, and angle brackets, which would be read as tags. */
const cell = (text) => text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').replaceAll('<', '&lt;').trim();
const unwrapped = (text) => text.replaceAll(/([^\n])\n(?=[^\s*-])/g, '$1 ');
const rank = (group) =>
  ORDER.includes(group) ? ORDER.indexOf(group) : LAST.includes(group) ? 100 + LAST.indexOf(group) : 50;

/** A default that the description states: `(default: 60m)`, or `[default: 60m]` at its beginning. */
const DESCRIBED_DEFAULT = / ?[[(]default: ([^\])]+)[\])] ?/;

/** The default of a flag with a value that its description does not state. */
function defaultOf({ type, fallback, description }) {
  if (type !== 'option' || description.includes('(required)')) return '';
  return fallback === undefined ? 'none' : String(fallback);
}

function flagRow([name, { char, type, allowNo, helpValue, options, default: fallback, description = '', multiple }]) {
  const value = type === 'option' ? `=${options ? options.join('|') : (helpValue ?? 'TEXT')}` : '';
  const names = [`--${allowNo ? '[no-]' : ''}${name}${value}`, ...(char ? [`-${char}`] : [])]
    .map((each) => `\`${each.replaceAll('|', '\\|')}\``)
    .join(', ');
  const described = DESCRIBED_DEFAULT.exec(description);
  const defaultValue = described?.[1] ?? defaultOf({ type, fallback, description });
  const text = cell(description.replace(DESCRIBED_DEFAULT, ''));
  const shown =
    defaultValue === '' || defaultValue === 'none' || defaultValue.includes(' ') ? defaultValue : `\`${defaultValue}\``;
  return `| ${names} | ${shown} | ${text}${multiple && !text.includes('repeated') ? ' (can be repeated)' : ''} |`;
}

function flagTables(flags) {
  const groups = new Map();
  for (const entry of Object.entries(flags)) {
    if (entry[1].hidden) continue;
    const group = entry[1].helpGroup ?? 'FLAGS';
    groups.set(group, [...(groups.get(group) ?? []), entry]);
  }
  return [...groups]
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(
      ([group, entries]) =>
        `| ${group.toLowerCase()} | default | |\n|---|---|---|\n${entries.map(flagRow).join('\n')}\n`,
    );
}

function section(id, { summary, description = '', args, flags, examples = [], strict, page: own, exitStatuses }) {
  const words = id.replaceAll(':', ' ');
  const given = Object.values(args).map(({ name, required }) => {
    const word = `${name.toUpperCase()}${strict === false ? '…' : ''}`;
    return required ? word : `[${word}]`;
  });
  const usage = ['regadm', words, ...given, '[FLAGS]'].join(' ');
  const argRows = Object.values(args).map(
    ({ name, description: text = '', options }) =>
      `- \`${name.toUpperCase()}\`${options ? ` (${options.map((each) => `\`${each}\``).join(', ')})` : ''}: ${text}`,
  );
  const shown = examples.map((example) => {
    const { description: text, command } = typeof example === 'string' ? { command: example } : example;
    return [
      ...(text ? [`# ${text}`] : []),
      command.replaceAll('<%= config.bin %>', 'regadm').replaceAll('<%= command.id %>', words),
    ].join('\n');
  });
  return [
    `## regadm ${words}\n`,
    `${summary}.\n`,
    `\`\`\`text\n${usage}\n\`\`\`\n`,
    `${unwrapped(description)}\n`,
    ...(argRows.length > 0 ? [`${argRows.join('\n')}\n`] : []),
    ...(shown.length > 0 ? [`\`\`\`sh\n${shown.join('\n')}\n\`\`\`\n`] : []),
    ...flagTables(flags),
    `${statusLine(exitStatuses)} More: [${own.replace(/#.*$/, '')}](${own}).\n`,
  ].join('\n');
}

/** What a command's exit statuses mean that differ from those of other commands. */
function statusLine(exitStatuses) {
  const meanings = Object.entries(exitStatuses).map(([status, text]) => `${status} (${text})`);
  const own = meanings.length > 0 ? `: ${cell(meanings.join(', '))}` : '';
  return `[Exit statuses](exit-codes.md)${own}.`;
}

const ids = Object.keys(commands).sort();
const anchor = (id) => `#regadm-${id.replaceAll(':', '-')}`;
const list = ids.map(
  (id) => `| [\`regadm ${id.replaceAll(':', ' ')}\`](${anchor(id)}) | ${cell(commands[id].summary)} |`,
);
const topics = Object.entries(oclif.topics).map(([name, { description }]) => `- \`regadm ${name}\`: ${description}`);
const intro = `# Commands

Generated from the commands by \`npm run docs\`; \`regadm COMMAND --help\` prints the same. Boolean flags take every form:
\`--confirm\`, \`--confirm=true\`, \`--all=false\`, \`--no-all\`. Most flags can also be set in the environment or in a file:
[configuration](configuration.md).

${topics.join('\n')}

| command | |
|---|---|
${list.join('\n')}
`;
const page = [intro, ...ids.map((id) => section(id, commands[id]))].join('\n').replaceAll(/\n{3,}/g, '\n\n');
const target = at('docs/commands.md');
if (!process.argv.includes('--check')) writeFileSync(target, page);
else if (!existsSync(target) || readFileSync(target, 'utf8') !== page) {
  console.error('docs/commands.md is not current: npm run build && npm run docs');
  process.exitCode = 1;
}
