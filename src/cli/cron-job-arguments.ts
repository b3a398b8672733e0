import type { Interfaces } from '@oclif/core';
import { RegadmError, messageOf, usageError } from '../core/model/errors.js';
import type { CronJobRequest, Prune } from '../core/schedule/cron-job/request.js';
import { pruneSteps } from '../core/schedule/cron-job/steps.js';
import { commonFlags } from '../flags/output.js';
import { pruneImagesFlags, toImagePruneRequest } from '../flags/prune-images.js';
import { normalizeArgv, type FlagTable } from './argv.js';
import { parserMessage } from './parser-message.js';
import { usageHint } from './usage-hint.js';

/** The flags of a prune, and what checks their combination. */
interface PruneCommand {
  flags: Interfaces.FlagInput;
  check(values: Record<string, unknown>): Promise<unknown>;
}

/** Parses a command line that has the form of `normalizeArgv`, without settings of the environment. */
type Parse = (flags: Interfaces.FlagInput, argv: string[]) => Promise<{ flags: Record<string, unknown> }>;

const COMMANDS: Partial<Record<Prune, PruneCommand>> = {
  images: {
    flags: { ...commonFlags, ...pruneImagesFlags },
    check: (values) => toImagePruneRequest(values as Parameters<typeof toImagePruneRequest>[0]),
  },
};

/** Flags whose file is in the pod, so that it cannot be read here. */
const FILES_IN_POD = ['certificate-authority', 'protect'];

/** Further arguments that are refused, and what to do instead. */
const REFUSED: Record<string, string> = {
  token: 'a token does not belong in a printed object; the pod uses its service account',
  'replica-sets': 'pass --replica-sets to this command, which also grants the permission',
};

/**
 * Checks the further arguments of the prunes in a request with the prunes' own flags, so that no run fails because of
 * them.
 * @param parse the parser of the command that prints the request
 * @returns the request with the arguments in the form `--flag=value`
 * @throws RegadmError (USAGE) that names the flag of this command
 */
export async function withCheckedArguments(request: CronJobRequest, parse: Parse): Promise<CronJobRequest> {
  const { extra } = request.prune;
  const entries = Object.entries(extra) as [Prune, readonly string[] | undefined][];
  const normalized = entries.flatMap(([prune, args]) =>
    args ? [[prune, named(prune, () => normalizedExtra(prune, args))] as const] : [],
  );
  const checked = { ...request, prune: { ...request.prune, extra: Object.fromEntries(normalized) } };
  for (const { prune, args } of pruneSteps(checked.prune)) await checkStep(prune, args.slice(2), parse);
  return checked;
}

function normalizedExtra(prune: Prune, args: readonly string[]): string[] {
  const table = (COMMANDS[prune]?.flags ?? {}) as FlagTable;
  const dashed = args.map((arg) => (arg.startsWith('-') ? arg : `--${arg}`));
  const normalized = normalizeArgv(dashed, table, usageHint(`regadm prune ${prune}`));
  if (normalized.includes('--')) throw usageError('"--" is not a flag', [`write it as --${prune}-arg=FLAG=VALUE`]);
  for (const [flag, remedy] of Object.entries(REFUSED))
    if (normalized.some((arg) => new RegExp(`^--(?:no-)?${flag}(?:=|$)`).test(arg)))
      throw usageError(`--${flag} is not possible here`, [remedy]);
  return normalized;
}

async function checkStep(prune: Prune, args: string[], parse: Parse): Promise<void> {
  const command = COMMANDS[prune];
  if (!command) return;
  const argv = normalizeArgv(args, command.flags as FlagTable, usageHint(`regadm prune ${prune}`));
  try {
    const { flags } = await parse(command.flags, argv);
    const readable = Object.entries(flags).filter(([name]) => !FILES_IN_POD.includes(name));
    await command.check(Object.fromEntries(readable));
  } catch (error) {
    throw prefixed(prune, error);
  }
}

function named<T>(prune: Prune, check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw prefixed(prune, error);
  }
}

/** Names the flag of this command in an error about an argument of a prune. */
function prefixed(prune: Prune, error: unknown): RegadmError {
  const message = error instanceof RegadmError ? error.message : parserMessage(messageOf(error));
  return usageError(`--${prune}-arg: ${message}`, error instanceof RegadmError ? error.suggestions : []);
}
