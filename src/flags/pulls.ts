import { Flags } from '@oclif/core';
import type { PullsRequest } from '../core/pulls/collect-pulls.js';
import { compileGlob, type TextTest } from '../core/model/glob.js';
import { usageError } from '../core/model/errors.js';
import { compileRegularExpression } from '../core/rule-files/pattern.js';
import { durationFlag } from './duration.js';

/** Flags of `registry pulls`. */
export const pullsFlags = {
  out: Flags.string({ helpValue: 'FILE', description: 'write the pulls to this file (required)' }),
  merge: Flags.boolean({ allowNo: false, description: 'continue the file of --out, if it exists' }),
  since: Flags.string({
    helpValue: 'DURATION',
    description: 'read only what was logged within this time, such as 30d (default: everything)',
  }),
  logs: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'FILE',
    description: "read this log, also .gz, instead of those of the registry's pods; - is stdin; can be repeated",
  }),
  'count-head': Flags.boolean({ allowNo: false, description: 'count HEAD requests as pulls, too' }),
  'ignore-user-agent': Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'PATTERN',
    description:
      'user agent whose requests are not counted: a glob, or a regular expression in slashes; can be repeated',
  }),
};

interface PullsFlagValues {
  out?: string;
  merge: boolean;
  since?: string;
  logs?: string[];
  'count-head': boolean;
  'ignore-user-agent'?: string[];
}

/** Converts the flags of `registry pulls`. @throws RegadmError (USAGE) */
export async function pullsRequest(flags: PullsFlagValues): Promise<PullsRequest> {
  const { out, merge, since, logs = [] } = flags;
  const sinceMs = since === undefined ? undefined : durationFlag('since', since);
  const ignored = await Promise.all((flags['ignore-user-agent'] ?? []).map(userAgentPattern));
  if (out === '' || out === '-') throw usageError('--out must be the name of a file');
  for (const file of logs) {
    if (file === '') throw usageError('--logs must be the name of a file, or -');
    if (file === out) throw usageError('--logs and --out cannot be the same file');
  }
  if (logs.filter((file) => file === '-').length > 1) throw usageError('--logs=- can be given only once');
  if (out === undefined)
    throw usageError('--out FILE is required: the file to which the pulls are written', [
      'for example: regadm registry pulls --merge --out pulls.json',
    ]);
  return {
    out,
    merge,
    logs,
    sinceMs,
    countHead: flags['count-head'],
    ignored,
  };
}

async function userAgentPattern(text: string): Promise<TextTest> {
  const test = text.startsWith('/') ? await compileRegularExpression(text) : compileGlob(text);
  if (text !== '' && typeof test !== 'string') return test;
  const problem = text === '' ? 'it is empty' : String(test);
  throw usageError(`invalid argument "${text}" for "--ignore-user-agent": ${problem}`, [
    'write a glob such as curl/*, or a regular expression in slashes',
  ]);
}
