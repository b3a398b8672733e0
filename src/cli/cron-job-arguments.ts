import { RegadmError, messageOf, usageError } from '../core/model/errors.js';
import type { CronJobRequest, Prune } from '../core/schedule/cron-job/request.js';
import { flagOf, pruneSteps } from '../core/schedule/cron-job/steps.js';
import { toObjectPruneRequest } from '../flags/object-prune.js';
import { toImagePruneRequest } from '../flags/prune-images.js';
import { parserMessage } from './parser-message.js';

type Values = Record<string, unknown>;

/** Parses a command line as the command `id` would, without settings of the environment. */
type ParseAs = (id: string, argv: string[]) => Promise<{ argv: string[]; flags: Values }>;

/** Check the combination of a prune's flags. */
const CHECKS: Record<Prune, (values: Values) => unknown> = {
  images: (values) => toImagePruneRequest(values as Parameters<typeof toImagePruneRequest>[0]),
  builds: (values) => toObjectPruneRequest(values as Parameters<typeof toObjectPruneRequest>[0], 'builds'),
  deployments: (values) => toObjectPruneRequest(values as Parameters<typeof toObjectPruneRequest>[0], 'deployments'),
};

/** Flags whose file is in the pod, so that it cannot be read here. */
const FILES_IN_POD = ['certificate-authority', 'protect'];

/** Further arguments that are refused, and what to do instead. */
const REFUSED: [pattern: RegExp, flag: string, remedy: string][] = [
  [/^--token=/, '--token', 'a token does not belong in a printed object; the pod uses its service account'],
  [
    /^--(?:kubeconfig|context|cluster|user)=/,
    'a kubeconfig',
    'the pod has none; it uses its service account and the API server of its cluster',
  ],
  [/^--metrics-file=/, '--metrics-file', 'the containers have nowhere to keep a file; --with-alert needs none'],
  [
    /^--(?:audit-log|plan-out)=(?!\/dev\/(?:stdout|stderr)$)/,
    'a file',
    'the containers have nowhere to write; only /dev/stdout and /dev/stderr are possible',
  ],
  [/^--detailed-exitcode$/, '--detailed-exitcode', 'the Job would fail because there is something to prune'],
  [/^--orphans$/, '--orphans', 'pass --orphans to this command, which also grants the permissions'],
  [
    /^--(?:no-)?replica-sets$/,
    '--replica-sets',
    'pass --replica-sets to this command, which also grants the permissions',
  ],
  ...['keep-tag-revisions', 'ignore-invalid-refs', 'prune-registry'].map((flag): [RegExp, string, string] => [
    new RegExp(`^--(?:no-)?${flag}(?:=|$)`),
    `--${flag}`,
    `pass --${flag} to this command`,
  ]),
];

/**
 * Checks the further arguments of the prunes in a request with the prunes' own flags, so that no run fails because of
 * them.
 * @returns the request with the arguments in the form `--flag=value`
 * @throws RegadmError (USAGE) that names the flag of this command
 */
export async function withCheckedArguments(request: CronJobRequest, parseAs: ParseAs): Promise<CronJobRequest> {
  const extra: Partial<Record<Prune, readonly string[]>> = {};
  for (const [prune, args = []] of Object.entries(request.prune.extra) as [Prune, string[] | undefined][])
    if (args.length > 0) extra[prune] = await named(prune, () => normalizedExtra(prune, args, parseAs));
  const checked = { ...request, prune: { ...request.prune, extra } };
  for (const { prune, args } of pruneSteps(checked.prune)) await named(prune, () => checkStep(prune, args, parseAs));
  return checked;
}

async function normalizedExtra(prune: Prune, args: readonly string[], parseAs: ParseAs): Promise<string[]> {
  if (args.includes('--')) throw usageError('"--" is not a flag', [`write it as --${prune}-arg=FLAG=VALUE`]);
  const dashed = args.map((arg) => (arg.startsWith('-') ? arg : `--${arg}`));
  if (dashed.some((arg) => /^(?:-h|--help)(?:=|$)/.test(arg)))
    throw usageError('--help is not possible here', [`run: regadm prune ${prune} --help`]);
  const { argv, flags } = await parseAs(`prune:${prune}`, dashed);
  const refused = REFUSED.find(([pattern]) => argv.some((arg) => pattern.test(arg)));
  if (refused) throw usageError(`${refused[1]} is not possible here`, [refused[2]]);
  // The parsed command line has the last one only.
  const names = dashed.map((arg) => flagOf(arg).replaceAll('_', '-'));
  const twice = names.find((name, at) => names.indexOf(name) < at && !Array.isArray(flags[name]));
  if (twice) throw usageError(`--${twice} is specified twice`);
  return argv;
}

async function checkStep(prune: Prune, args: readonly string[], parseAs: ParseAs): Promise<void> {
  const { flags } = await parseAs(`prune:${prune}`, args.slice(2));
  const readable = Object.entries(flags).filter(([name]) => !FILES_IN_POD.includes(name));
  await CHECKS[prune](Object.fromEntries(readable));
}

/** Returns what is wrong with the arguments of a prune; undefined if the command accepts them. */
export async function argumentProblem(prune: string, words: string[], parseAs: ParseAs): Promise<string | undefined> {
  try {
    await checkStep(prune as Prune, ['prune', prune, ...words], parseAs);
    return undefined;
  } catch (error) {
    return error instanceof RegadmError ? error.message : parserMessage(messageOf(error));
  }
}

/** Names the flag of this command in an error about an argument of a prune. */
async function named<T>(prune: Prune, check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    const message = error instanceof RegadmError ? error.message : parserMessage(messageOf(error));
    throw usageError(`--${prune}-arg: ${message}`, error instanceof RegadmError ? error.suggestions : []);
  }
}
