import { randomBytes } from 'node:crypto';
import type { ClusterApi } from '../../cluster/api.js';
import type { ErrorCode } from '../../model/error-codes.js';
import { EXIT, RegadmError } from '../../model/errors.js';
import type { Registry } from '../../registry/api.js';
import { notChecked, type CheckName, type PreflightCheck } from './check.js';
import { checkPermissions, type PermissionsResult } from './permissions.js';
import { checkOtherPruners } from './pruners.js';
import { checkRegistry } from './registry.js';

export type { CheckName, PreflightCheck } from './check.js';

export interface PreflightInput {
  api: ClusterApi;
  /** The open registry, or what opening it ended with; absent when the registry is not to be touched. */
  registry?: Registry | Error;
  /** `namespace/name` of image streams that exist. */
  repositories: readonly string[];
  /** False: no changing request is sent, and what only those can tell is not checked. */
  confirm: boolean;
  pruneRegistry: boolean;
  /** Whether there is a bearer token, which the registry needs. */
  hasToken: boolean;
  /** `-n`: only streams of this namespace are updated. */
  namespace?: string;
  /** Milliseconds since 1970. */
  now?: () => number;
  env?: NodeJS.ProcessEnv;
  signal?: AbortSignal;
  /** For tests: a digest that exists nowhere. */
  randomDigest?: () => string;
}

/** A difference that is only said: ages are counted from the API's time anyway. */
const CLOCK_TOLERANCE_MS = 60_000;

/**
 * Checks all that can fail, before the first deletion: token, permissions, the registry with its mode, clocks, other pruners.
 * In a dry run nothing but reading requests are sent; with `confirm` a layer link and a blob with a random digest are
 * deleted, which exist nowhere: the answers tell token, permission and mode apart and change nothing.
 * @returns every check with its result; `preflightError` tells whether they stop a run with `--confirm`
 */
export async function runPreflight(input: PreflightInput): Promise<PreflightCheck[]> {
  const [permissions, pruners] = await Promise.all([checkPermissions(input), checkOtherPruners(input)]);
  const mayDelete = permissions.ok && permissions.checked;
  const registry = await checkRegistry({ randomDigest, ...input, mayDelete });
  return [...registry, permissions.check, clocks(permissions), pruners];
}

/** True for a check that must not let `--confirm` go on. */
export function stopsRun({ check, ok }: PreflightCheck): boolean {
  return !ok && check !== 'clocks';
}

const CODES: Record<CheckName, ErrorCode> = {
  token: 'UNAUTHORIZED',
  permissions: 'FORBIDDEN',
  registry: 'REGISTRY_UNREACHABLE',
  deletion: 'REGISTRY_DELETE_DISABLED',
  mode: 'REGISTRY_READ_ONLY',
  clocks: 'CLOCKS_DIFFER',
  'other pruners': 'OTHER_PRUNER',
};

/** The error that ends a run with `--confirm`, from the checks that failed; undefined when none stops it. */
export function preflightError(checks: readonly PreflightCheck[]): RegadmError | undefined {
  const failed = checks.filter(stopsRun);
  const [first] = failed;
  if (!first) return undefined;
  return new RegadmError(failed.map(({ message }) => message).join('; '), {
    code: CODES[first.check],
    suggestions: [...new Set(failed.flatMap(({ suggestion }) => suggestion ?? []))],
    // Another pruner is a matter of a guard (refused); everything else is an error.
    exitCode: failed.every(({ check }) => check === 'other pruners') ? EXIT.refused : EXIT.error,
  });
}

function clocks({ serverTime: theirs, sentAt, receivedAt }: PermissionsResult): PreflightCheck {
  if (theirs === undefined) return notChecked('clocks', 'the API server sent no Date header');
  // `Date` has whole seconds; the answer was made between sending and receiving.
  const off = theirs > receivedAt ? theirs - receivedAt : Math.min(0, theirs + 1000 - sentAt);
  if (Math.abs(off) <= CLOCK_TOLERANCE_MS)
    return { check: 'clocks', ok: true, message: "this machine's clock agrees with the API server's" };
  const seconds = Math.round(Math.abs(off) / 1000);
  return {
    check: 'clocks',
    ok: false,
    message: `this machine's clock is ${seconds} s ${off > 0 ? 'behind' : 'ahead of'} the API server's; ages are counted from the API server's time`,
    suggestion: 'set the clocks (NTP)',
  };
}

function randomDigest(): string {
  return `sha256:${randomBytes(32).toString('hex')}`;
}
