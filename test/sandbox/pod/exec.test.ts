import { jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { Agent, WebSocket } from 'undici';
import { startSandbox, type FaultAction, type Sandbox, type SandboxOptions } from '../../../src/sandbox/index.js';

interface Outcome {
  stdout: string;
  stderr: string;
  status?: { status: string; details?: { causes: { message: string }[] } };
  opened: boolean;
}

let sandbox: Sandbox;
afterEach(() => sandbox.stop());

async function start(options: SandboxOptions = {}): Promise<void> {
  sandbox = await startSandbox({ sample: true, rolloutStepMs: 1, ...options });
}

const GRANT = {
  metadata: { name: 'granted' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:image-pruner' },
  subjects: [{ kind: 'ServiceAccount', name: 'registry', namespace: 'openshift-image-registry' }],
};

function exec(command: string[], token = sandbox.tokens.admin): { outcome: Promise<Outcome>; close: () => void } {
  const [pod] = sandbox.store.list('pods', 'openshift-image-registry');
  const query = new URLSearchParams({ stdout: 'true', stderr: 'true' });
  for (const word of command) query.append('command', word);
  const url = `${sandbox.apiUrl.replace('https', 'wss')}/api/v1/namespaces/openshift-image-registry/pods/${pod!.metadata.name}/exec?${query}`;
  const dispatcher = new Agent({ connect: { ca: readFileSync(sandbox.caFile, 'utf8') } });
  const socket = new WebSocket(url, {
    protocols: ['v4.channel.k8s.io'],
    headers: { authorization: `Bearer ${token}` },
    dispatcher,
  });
  socket.binaryType = 'arraybuffer';
  const result: Outcome = { stdout: '', stderr: '', opened: false };
  const outcome = new Promise<Outcome>((resolve) => {
    socket.addEventListener('open', () => (result.opened = true));
    socket.addEventListener('message', ({ data }) => {
      const bytes = Buffer.from(data as ArrayBuffer);
      const text = bytes.subarray(1).toString();
      if (bytes[0] === 1) result.stdout += text;
      else if (bytes[0] === 2) result.stderr += text;
      else if (bytes[0] === 3) result.status = JSON.parse(text) as Outcome['status'];
    });
    socket.addEventListener('error', () => undefined);
    socket.addEventListener('close', () => {
      void dispatcher.close();
      resolve(result);
    });
  });
  return { outcome, close: () => socket.close() };
}

const CHECK = ['/bin/sh', '-c', 'REGISTRY_LOG_LEVEL=info /usr/bin/dockerregistry -prune=check'];

test("the pruner needs a role that the registry's service account lacks", async () => {
  await start();
  const outcome = await exec(CHECK).outcome;
  expect(outcome.stderr).toContain('cannot list resource \\"images\\"');
  expect(outcome.status).toMatchObject({ status: 'Failure', details: { causes: [{ message: '1' }] } });
});

test('check reports what delete then deletes, on real files', async () => {
  await start();
  sandbox.store.put('clusterrolebindings', GRANT);
  const before = sandbox.registry.blobs().length;
  const check = await exec(CHECK).outcome;
  expect(check.status).toEqual({ metadata: {}, status: 'Success' });
  const count = Number(/^Would delete (\d+) blobs$/m.exec(check.stdout)![1]);
  expect(check.stderr).toContain('Would delete repository: old-project/app');
  expect(sandbox.registry.blobs()).toHaveLength(before);

  const done = await exec(['/usr/bin/dockerregistry', '-prune=delete']).outcome;
  expect(done.stdout).toContain(`Deleted ${count} blobs\nFreed up `);
  expect(sandbox.registry.blobs()).toHaveLength(before - count);
  expect(sandbox.registry.manifestLinks().some((link) => link.startsWith('old-project/'))).toBe(false);
});

test('exec needs permission; a fault rejects it', async () => {
  await start();
  expect(await exec(CHECK, sandbox.tokens.pruner).outcome).toMatchObject({ opened: false });
  sandbox.addFault('exec-refused');
  expect(await exec(CHECK).outcome).toMatchObject({ opened: false });
  expect(sandbox.requests.map(({ status }) => status)).toEqual([403, 403]);
});

test('a deleted pod ends the connection without a status and is replaced', async () => {
  await start({ fail: ['pod-dies'] });
  sandbox.store.put('clusterrolebindings', GRANT);
  const [pod] = sandbox.store.list('pods', 'openshift-image-registry');
  const outcome = await exec(CHECK).outcome;
  expect(outcome.opened).toBe(true);
  expect(outcome.status).toBeUndefined();
  expect(outcome.stderr).not.toBe('');
  const ready = (): boolean =>
    sandbox.store.list('pods', 'openshift-image-registry').some(({ metadata }) => metadata.uid !== pod!.metadata.uid);
  while (!ready()) await new Promise((resolve) => setTimeout(resolve, 2));
});

test('a pruner continues after its client disconnects; it is listed in /proc and can be killed', async () => {
  await start({ fail: ['slow-output'] });
  sandbox.store.put('clusterrolebindings', GRANT);
  const first = exec(CHECK);
  while (sandbox.requests.length === 0 || sandbox.requests[0]!.status !== 101)
    await new Promise((resolve) => setTimeout(resolve, 2));
  first.close();
  await first.outcome;
  const processes = (await exec(['/bin/sh', '-c', 'cat /proc/[0-9]*/cmdline']).outcome).stdout.trim().split('\n');
  expect(processes[0]).toBe('1 /usr/bin/dockerregistry');
  expect(processes[1]).toMatch(/^\d+ .*dockerregistry -prune=check$/);
  const look = ['/bin/sh', '-c', 'for p in /proc/[0-9]*; do grep -q prune $p/cmdline; done; echo done'];
  expect((await exec(look).outcome).stdout).toMatch(/^\d+\ndone\n$/);
  await exec(['/bin/sh', '-c', 'for p in /proc/[0-9]*; do kill $p; done; echo done']).outcome;
  while ((await exec(look).outcome).stdout !== 'done\n');
});

test('an unknown command is not found', async () => {
  await start();
  const outcome = await exec(['rm', '-rf', '/']).outcome;
  expect(outcome.stderr).toBe('sh: rm: command not found\n');
  expect(outcome.status).toMatchObject({ details: { causes: [{ message: '127' }] } });
});

describe('faults of a command', () => {
  const DELETE = ['/usr/bin/dockerregistry', '-prune=delete'];
  const blobs = (): number => sandbox.registry.blobs().length;

  async function execWith(action: FaultAction, command: string[]): Promise<Outcome> {
    await start();
    sandbox.store.put('clusterrolebindings', GRANT);
    sandbox.onRequest(() => action);
    return exec(command).outcome;
  }

  test('respond: the request is not handled', async () => {
    const outcome = await execWith({ do: 'respond', status: 404, contentType: 'text/html', body: '<html>' }, DELETE);
    expect(outcome).toMatchObject({ opened: false, stderr: '' });
    expect(sandbox.requests[0]).toMatchObject({ status: 404 });
  });

  test('cut: the connection ends after one message, the command continues', async () => {
    await start();
    const before = blobs();
    sandbox.store.put('clusterrolebindings', GRANT);
    sandbox.onRequest(() => ({ do: 'cut' }));
    const outcome = await exec(DELETE).outcome;
    expect(outcome).toMatchObject({ opened: true, stdout: '' });
    expect(outcome.stderr.split('\n')).toHaveLength(2);
    expect(outcome.status).toBeUndefined();
    await sandbox.commandsEnded();
    expect(blobs()).toBeLessThan(before);
  });

  test.each([[500], [undefined]])('after=%s: the command runs without a connection', async (status) => {
    await start();
    const before = blobs();
    sandbox.store.put('clusterrolebindings', GRANT);
    sandbox.onRequest(() => ({ do: 'after', status }));
    expect(await exec(DELETE).outcome).toMatchObject({ opened: false });
    expect(sandbox.requests[0]!.status).toBe(status ?? 0);
    await sandbox.commandsEnded();
    expect(blobs()).toBeLessThan(before);
  });

  test('rewrite: every message is changed', async () => {
    const outcome = await execWith({ do: 'rewrite', change: (text) => (text.startsWith('{') ? 'null' : 'x') }, CHECK);
    expect(outcome.stdout).toMatch(/^x+$/);
    expect(outcome.stderr).toMatch(/^x+$/);
    expect(outcome.status).toBeNull();
  });
});

test('a hook that throws ends the connection and is reported', async () => {
  await start();
  const emitWarning = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
  sandbox.onRequest(({ path }) => {
    if (path.includes('/exec')) throw new Error('hook failed');
  });
  expect(await exec(CHECK).outcome).toMatchObject({ opened: false });
  expect(emitWarning).toHaveBeenCalledWith(expect.stringContaining('hook failed'));
  emitWarning.mockRestore();
});
