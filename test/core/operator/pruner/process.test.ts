import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterApi, ExecOutput } from '../../../../src/core/cluster/api.js';
import type { RegistryPod } from '../../../../src/core/operator/pods.js';
import { findPruners, runPruner } from '../../../../src/core/operator/pruner/process.js';

const POD: RegistryPod = {
  name: 'image-registry-1',
  uid: '1',
  phase: 'Running',
  ready: true,
  terminating: false,
  readOnly: true,
  usesRedis: false,
};

/** Runs what would be run in the pod on this machine. */
const here = {
  exec: async (_target: unknown, [program, ...args]: string[], output: ExecOutput) => {
    const child = spawn(program!, args);
    child.stdout.on('data', output.stdout);
    child.stderr.on('data', output.stderr);
    const [exitCode] = (await once(child, 'close')) as [number];
    return { exitCode };
  },
} as unknown as ClusterApi;

test('finds a pruner by its command line, and not its own script', async () => {
  const name = '/usr/bin/dockerregistry -prune=delete';
  const child = spawn('bash', ['-c', `exec -a '${name}' sleep 3600`]);
  try {
    // Until bash has replaced itself.
    while (!readFileSync(`/proc/${child.pid}/cmdline`, 'utf8').startsWith('/usr/bin')) await sleep(5);
    const found = await findPruners(here, POD);
    expect(found).toContain(child.pid);
    // The processes of the script itself have ended.
    expect(found.filter((pid) => spawnSync('kill', ['-0', String(pid)]).status !== 0)).toEqual([]);
  } finally {
    child.kill('SIGKILL');
  }
});

test('a pod whose processes cannot be listed is an error, not an empty result', async () => {
  const silent = { exec: async () => ({ exitCode: 1 }) } as unknown as ClusterApi;
  await expect(findPruners(silent, POD)).rejects.toMatchObject({ code: 'EXEC_FAILED' });
});

const EXEC_FAILED =
  'OCI runtime exec failed: exec failed: unable to start container process: exec: "/bin/sh": stat /bin/sh: no such file or directory';

test.each([
  ['the message of the server', { message: 'container not found ("registry")' }, '', 'container not found', 'get pod'],
  ['a shell that the server does not find', { message: EXEC_FAILED }, '', 'no such file', 'has no shell'],
  ['a shell that the runtime does not find', { exitCode: 127 }, `\n${EXEC_FAILED}\n`, 'no such file', 'has no shell'],
  ['what was written to stderr', { exitCode: 1 }, 'first\npermission denied\n', 'x: permission denied', 'get pod'],
  ['the exit status', { exitCode: 137 }, '', 'exit status 137', 'get pod'],
  ['a broken connection', {}, '', 'the connection broke', 'get pod'],
])('the error states why: %s', async (_what, result, stderr, reason, advice) => {
  const failing = {
    exec: async (_target: unknown, _command: string[], output: ExecOutput) => {
      output.stderr(Buffer.from(stderr));
      return result;
    },
  } as unknown as ClusterApi;
  await expect(findPruners(failing, { ...POD, name: 'x' })).rejects.toMatchObject({
    code: 'EXEC_FAILED',
    message: expect.stringContaining(reason) as string,
    suggestions: [expect.stringContaining(advice)],
  });
});

test('splits output into lines however it arrives, the last line without a line break too', async () => {
  const text = 'one\ntwö\r\nthree';
  const cut = {
    exec: async (_target: unknown, _command: string[], output: ExecOutput) => {
      for (const byte of Buffer.from(text)) output.stdout(Buffer.from([byte]));
      return { exitCode: 0 };
    },
  } as unknown as ClusterApi;
  const lines: string[] = [];
  const onLine = (line: string): void => void lines.push(line);
  await runPruner(cut, POD, { mode: 'check', onLine, signal: new AbortController().signal });
  expect(lines).toEqual(['one', 'twö', 'three']);
});
