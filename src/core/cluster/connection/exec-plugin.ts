import type https from 'node:https';
import { spawn } from 'node:child_process';
import { redactWords } from '../../kit/secrets/redact-words.js';
import { ADVICE } from '../../model/advice.js';
import { messageOf } from '../../model/errors.js';
import { isRecord, listOf } from '../../model/values/json.js';
import type { KeepingAuthenticator } from './authenticator.js';
import { CredentialError } from './credential-error.js';
import { tokenProblem } from './token-problem.js';

/** Maximum length of what a plugin writes to stdout and to stderr, in bytes. */
const OUTPUT_LIMIT = 1024 * 1024;
/** Time before their expiry at which credentials are replaced, in ms: a request takes time to arrive. */
const MARGIN_MS = 10_000;
/** Maximum part of the lifetime of credentials that the margin takes. */
const MARGIN_PART = 0.1;
/** Minimum time between two runs of a plugin that returns expired credentials, in ms. */
const MINIMUM_USE_MS = 1000;
/** Maximum number of lines of an install hint. */
const HINT_LINES = 10;

/** An exec plugin as a kubeconfig names it. */
export interface PluginConfig {
  apiVersion?: string;
  command?: string;
  args?: string[] | null;
  env?: { name: string; value: string }[] | null;
  /** Where to get the program. */
  installHint?: string;
  provideClusterInfo?: boolean;
  interactiveMode?: string;
}

/** The status of an ExecCredential. */
interface CredentialStatus {
  token?: string;
  clientCertificateData?: string;
  clientKeyData?: string;
  expirationTimestamp?: string;
}

/**
 * Gets credentials from a program, as client-go does: it passes KUBERNETES_EXEC_INFO, and uses the credentials until
 * shortly before they expire, or until a server rejects them.
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 */
export class ExecPlugin implements KeepingAuthenticator {
  renewAt = Infinity;
  private known: Promise<CredentialStatus> | undefined;

  /** @param cluster what the plugin learns about the cluster; absent without `provideClusterInfo` */
  constructor(
    private readonly plugin: PluginConfig,
    private readonly cluster?: object,
    private readonly now: () => number = Date.now,
  ) {}

  isAuthProvider(): boolean {
    return true;
  }

  /** @throws CredentialError if the program does not exist, fails, or returns no credentials */
  async applyAuthentication(_user: unknown, options: https.RequestOptions): Promise<void> {
    if (!this.known || this.now() >= this.renewAt) this.known = this.get();
    const { token, clientCertificateData, clientKeyData } = await this.known;
    if (clientCertificateData) Object.assign(options, { cert: clientCertificateData, key: clientKeyData });
    if (token)
      options.headers = {
        ...(options.headers as https.RequestOptions['headers'] & object),
        Authorization: `Bearer ${token}`,
      };
  }

  discard(): void {
    this.known = undefined;
  }

  private async get(): Promise<CredentialStatus> {
    this.renewAt = Infinity;
    try {
      const status = await this.run();
      this.renewAt = renewalTime(status, this.now());
      return status;
    } catch (error) {
      this.known = undefined;
      throw error;
    }
  }

  private async run(): Promise<CredentialStatus> {
    const { plugin, cluster } = this;
    const { command, apiVersion, interactiveMode } = plugin;
    if (!command) throw new CredentialError('the exec plugin of its user has no command');
    const interactive = process.stdin.isTTY === true && interactiveMode !== 'Never';
    if (interactiveMode === 'Always' && !interactive)
      throw new CredentialError(`the exec plugin ${command} needs a terminal (interactiveMode: Always)`);
    const spec = { ...(cluster ? { cluster } : {}), interactive };
    const info = JSON.stringify({ kind: 'ExecCredential', apiVersion, spec });
    const output = await runProgram(plugin, command, { info, interactive });
    return statusOf(output, command, apiVersion);
  }
}

function renewalTime({ expirationTimestamp }: CredentialStatus, gotAt: number): number {
  const expires = Date.parse(expirationTimestamp ?? '');
  if (Number.isNaN(expires)) return Infinity;
  const margin = Math.min(MARGIN_MS, (expires - gotAt) * MARGIN_PART);
  return Math.max(expires - margin, gotAt + MINIMUM_USE_MS);
}

/** Runs the program of a plugin. @returns what it writes to stdout */
function runProgram(
  { args, env, installHint }: PluginConfig,
  command: string,
  { info, interactive }: { info: string; interactive: boolean },
): Promise<string> {
  const variables = listOf(env).filter(isRecord);
  const given = Object.fromEntries(variables.map(({ name, value }) => [String(name), String(value)]));
  const child = spawn(command, args ?? [], {
    env: { ...process.env, ...given, KUBERNETES_EXEC_INFO: info },
    stdio: [interactive ? 'inherit' : 'ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name]!.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
      if (output[name].length > OUTPUT_LIMIT) child.kill('SIGKILL');
    });
  // A run that does not wait for the plugin any longer ends it.
  const end = (): void => void child.kill();
  process.once('exit', end);
  child.once('close', () => process.off('exit', end));
  return new Promise((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) => reject(notStarted(error, command, installHint)));
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(output.stdout);
      const how = code === null ? `was ended by ${signal}` : `failed with status ${code}`;
      const [said] = output.stderr.trim().split('\n');
      reject(new CredentialError(`the exec plugin ${command} ${how}${said ? `: ${redactWords(said)}` : ''}`));
    });
  });
}

/** Returns the error for a program that cannot be started, with the hint of the kubeconfig where to get it. */
function notStarted({ code, message }: NodeJS.ErrnoException, command: string, hint: unknown): CredentialError {
  if (code !== 'ENOENT' && code !== 'EACCES')
    return new CredentialError(`cannot run the exec plugin ${command}: ${message}`);
  const what = code === 'ENOENT' ? 'does not exist' : 'cannot be executed (EACCES)';
  const lines = typeof hint === 'string' ? hint.split('\n').map((line) => line.trim()) : [];
  const shown = lines.filter((line) => line !== '').slice(0, HINT_LINES);
  return new CredentialError(`the exec plugin ${command} of its user ${what}`, [...shown, ADVICE.installPlugin]);
}

function statusOf(output: string, command: string, apiVersion: string | undefined): CredentialStatus {
  const failed = (reason: string): CredentialError =>
    new CredentialError(`the exec plugin ${command} returned ${reason}`);
  let credential: unknown;
  try {
    credential = JSON.parse(output);
  } catch (error) {
    throw failed(`no JSON: ${redactWords(messageOf(error).split('\n')[0]!)}`);
  }
  if (!isRecord(credential)) throw failed('no ExecCredential');
  if (credential.apiVersion !== undefined && credential.apiVersion !== apiVersion)
    throw failed(`an ExecCredential of another version than ${apiVersion}`);
  const status = isRecord(credential.status) ? (credential.status as CredentialStatus) : {};
  const hasCertificate = Boolean(status.clientCertificateData && status.clientKeyData);
  if (!status.token && !hasCertificate) throw failed('no token and no client certificate');
  const problem = tokenProblem(String(status.token ?? ''));
  if (problem) throw failed(`a token that cannot be sent: ${problem}`);
  return status;
}
