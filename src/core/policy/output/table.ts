import type { PolicyEffect, RuleEffect } from '../../graph/policy/policy-effect.js';
import type { PolicyRuleSource, RetentionPolicy } from '../../model/retention-policy.js';
import { formatBytes } from '../../model/values/quantity.js';
import { inRowOrder } from '../../terminal/main-table.js';
import type { Layout, Lines } from '../../terminal/output.js';
import { tableLines, type Column } from '../../terminal/table.js';
import { clean, plural, thousands } from '../../terminal/text.js';
import { wrappedWords } from '../../terminal/wrap.js';
import type { PolicyCheckReport } from '../report.js';
import { defaultSettings, ruleSettings, type Settings } from '../settings.js';

const DEFAULTS = '(defaults)';

const EFFECT_COLUMNS: Column[] = [
  { title: 'TAGS', drop: 2 },
  { title: 'ITEMS', drop: 3 },
  { title: 'KEEPS', drop: 1 },
  { title: 'REMOVES' },
  { title: 'WHOLE TAGS' },
  { title: 'FREES' },
].map((column) => ({ ...column, align: 'right' }));

const SETTING_COLUMNS: Column[] = [
  { title: 'REVISIONS', align: 'right' },
  { title: 'YOUNGER THAN', align: 'right' },
  { title: 'PULLED WITHIN', align: 'right' },
  { title: 'TAGS EXPIRE', wraps: true },
];

/**
 * Formats mistakes as compilers do, so that editors can open the line: `FILE:LINE: FIELD: MESSAGE`; of a valid policy,
 * the rules and what they do.
 */
export function* policyCheckLines(
  { file, problems, policy, trial }: PolicyCheckReport,
  layout: Layout,
): Generator<string> & Lines {
  for (const { line, field, message } of problems)
    yield `${clean(file)}:${line}: ${clean(field ? `${field}: ${message}` : message)}\n`;
  if (!policy) return;
  const unlimited = { ...layout, width: layout.wide ? Infinity : layout.width };
  if (trial) yield* effectLines(policy, trial.effect, unlimited);
  else yield* settingLines(policy, unlimited);
}

function* settingLines({ source }: RetentionPolicy, layout: Layout): Generator<string> {
  const usesPulls = [source.defaults, ...source.rules].some((one) => one?.keepPulledWithin !== undefined);
  const shown = (_: unknown, at: number): boolean => usesPulls || SETTING_COLUMNS[at]!.title !== 'PULLED WITHIN';
  const row = (name: string, cells: string[]): string[] => [name, ...cells.filter(shown)];
  const rows = [
    ...inRowOrder(source.rules, layout.order).map((rule) =>
      row(rule.name, settingCells(ruleSettings(rule, source), rule)),
    ),
    row(DEFAULTS, settingCells(defaultSettings(source))),
  ];
  const columns = [{ title: 'RULE' }, ...SETTING_COLUMNS.filter(shown)];
  yield* paragraph(
    `${plural(source.rules.length, 'rule')}: the first that matches a tag decides, otherwise the defaults.`,
    layout,
  );
  yield* tableLines(columns, rows, layout);
  yield '\n';
  yield `The policy is valid: ${plural(source.rules.length, 'rule')}\n`;
}

function* effectLines({ source }: RetentionPolicy, effect: PolicyEffect, layout: Layout): Generator<string> {
  const { wide } = layout;
  const row = (name: string, one: RuleEffect, settings: string[]): string[] => [
    name,
    ...effectCells(one),
    ...(wide ? settings : []),
  ];
  const rules = source.rules.map((rule, at) =>
    row(rule.name, effect.rules[at]!, settingCells(ruleSettings(rule, source), rule)),
  );
  const rows = [
    ...inRowOrder(rules, layout.order),
    row(DEFAULTS, effect.defaults, settingCells(defaultSettings(source))),
  ];
  yield* paragraph(decidedText(effect), layout);
  const columns = [{ title: 'RULE' }, ...EFFECT_COLUMNS, ...(wide ? SETTING_COLUMNS : [])];
  yield* tableLines(columns, rows, layout);
  yield '\n';
  for (const line of wrappedWords(totalText(effect), layout.width)) yield `${line}\n`;
}

function* paragraph(text: string, { width }: Layout): Generator<string> {
  for (const line of wrappedWords(text, width)) yield `${line}\n`;
  yield '\n';
}

function decidedText({ rules, defaults }: PolicyEffect): string {
  const all = [...rules, defaults].map(({ matches }) => matches);
  const tags = all.reduce((sum, matches) => sum + matches.tags, 0);
  const items = all.reduce((sum, matches) => sum + matches.items, 0);
  return `${plural(rules.length, 'rule')} and the defaults decide about ${plural(tags, 'tag')} with ${plural(items, 'tag item')}.`;
}

function totalText({ total: { tags, items, images, bytes } }: PolicyEffect): string {
  return `A prune with this policy would remove ${plural(tags, 'whole tag')}, ${plural(items, 'tag item')} and ${plural(images, 'image')}, and free at least ${formatBytes(bytes)}.`;
}

function effectCells({ matches, keeps, removes }: RuleEffect): string[] {
  const counts = [matches.tags, matches.items, keeps.items, removes.items, removes.tags];
  return [...counts.map(thousands), formatBytes(removes.bytes)];
}

function settingCells(settings: Settings, rule?: PolicyRuleSource): string[] {
  if (rule?.keep) return ['all', '', '', 'never'];
  const { keepTagRevisions, keepYoungerThan, keepPulledWithin = '' } = settings;
  return [thousands(keepTagRevisions), keepYoungerThan, keepPulledWithin, expiryText(rule?.expireTag)];
}

function expiryText(expiry: PolicyRuleSource['expireTag']): string {
  if (!expiry) return 'never';
  const { olderThan, keepNewest = 0, orderBy, tracked } = expiry;
  return [
    `after ${olderThan}`,
    ...(keepNewest > 0 ? [`newest ${thousands(keepNewest)}${orderBy === 'semver' ? ' (semver)' : ''} stay`] : []),
    ...(tracked ? ['tracked too'] : []),
  ].join(', ');
}
