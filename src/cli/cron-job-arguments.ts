import { RegadmError, messageOf, usageError } from '../core/model/errors.js';
import type { CronJobRequest, Prune } from '../core/schedule/cron-job/request.js';
import { refusedArgument } from '../core/schedule/cron-job/refused-arguments.js';
import { flagOf, pruneSteps } from '../core/schedule/cron-job/steps.js';
import { toObjectPruneRequest } from '../flags/object-prune.js';
import { checkFlagsTogether, toImagePruneRequest } from '../flags/prune-images.js';
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
const FILES_IN_POD = ['certificate-authority', 'protect', 'policy', 'referrers-file', 'pulls'];
/** Flags that work only with `--pulls`. */
const OF_PULLS = ['keep-pulled-within', 'require-complete-pulls'];

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
  const refused = argv.map(refusedArgument).find((each) => each !== undefined);
  if (refused) throw usageError(`${refused.what} is not possible here`, [refused.remedy]);
  // The parsed command line has the last one only.
  const names = dashed.map((arg) => flagOf(arg).replaceAll('_', '-'));
  const twice = names.find((name, at) => names.indexOf(name) < at && !Array.isArray(flags[name]));
  if (twice) throw usageError(`--${twice} is specified twice`);
  return argv;
}

async function checkStep(prune: Prune, args: readonly string[], parseAs: ParseAs): Promise<void> {
  const { flags } = await parseAs(`prune:${prune}`, args.slice(2));
  if (prune === 'images') checkFlagsTogether(flags as Parameters<typeof checkFlagsTogether>[0]);
  const unchecked = flags.pulls === undefined ? FILES_IN_POD : [...FILES_IN_POD, ...OF_PULLS];
  const readable = Object.entries(flags).filter(([name]) => !unchecked.includes(name));
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
