import { Exec, type KubeConfig, type V1Status } from '@kubernetes/client-node';
import { Writable } from 'node:stream';
import { RegadmError, messageOf } from '../model/errors.js';
import type { ExecOutput, ExecResult, ExecTarget } from './api.js';

/**
 * Runs a command in a container over the API's exec WebSocket.
 * @returns the exit status that the server reported; without `exitCode` when the connection ended before
 * @throws RegadmError EXEC_REFUSED when the server does not open the WebSocket
 */
export async function execInPod(
  config: KubeConfig,
  target: ExecTarget,
  command: string[],
  output: ExecOutput,
): Promise<ExecResult> {
  let status: V1Status | undefined;
  const socket = await new Exec(config)
    .exec(
      target.namespace,
      target.pod,
      target.container ?? '',
      command,
      sink(output.stdout),
      sink(output.stderr),
      null,
      false,
      (value) => {
        status = value;
      },
    )
    .catch((cause: unknown) => {
      throw refused(target, cause);
    });
  const ended = new Promise<void>((resolve) => {
    socket.onclose = () => resolve();
    socket.onerror = () => resolve();
  });
  const stop = (): void => socket.close();
  output.signal?.addEventListener('abort', stop, { once: true });
  try {
    await ended;
    return toResult(status);
  } finally {
    output.signal?.removeEventListener('abort', stop);
  }
}

function sink(take: (chunk: Buffer) => void): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      take(chunk);
      done();
    },
  });
}

function toResult(status: V1Status | undefined): ExecResult {
  if (!status) return {};
  if (status.status === 'Success') return { exitCode: 0 };
  const cause = status.details?.causes?.find(({ reason }) => reason === 'ExitCode');
  return { exitCode: cause ? Number(cause.message) : 1, message: status.message };
}

function refused(target: ExecTarget, cause: unknown): RegadmError {
  const text =
    cause instanceof Error ? messageOf(cause) : ((cause as { message?: string })?.message ?? 'the connection failed');
  return new RegadmError(`cannot run a command in pod ${target.namespace}/${target.pod}: ${text}`, {
    code: 'EXEC_REFUSED',
    suggestions: ['the user needs the permission to create pods/exec in that namespace'],
    cause: undefined,
  });
}
