import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { startSandbox, type FaultAction, type Sandbox } from '../../src/sandbox/index.js';
import type { PullsDocument } from '../../src/core/model/pulls.js';
import { runCli } from '../support/cli.js';
import { requires } from '../support/jest/requires.js';
import { regadm, type Outcome } from '../support/regadm.js';
import { send } from '../support/sandbox-client.js';
import { makeAuthority } from '../support/servers/certificates.js';
import { startDockerRegistry } from '../support/servers/docker-registry.js';

const DIGEST = `sha256:${'b'.repeat(64)}`;
let directory: string;
beforeAll(() => void (directory = mkdtempSync(join(tmpdir(), 'regadm-pulls-'))));
afterAll(() => rmSync(directory, { recursive: true }));

const path = (name: string): string => join(directory, name);
const pulls = (...args: string[]): Promise<Outcome> => regadm(['registry', 'pulls', ...args]);
const written = (name: string): PullsDocument => JSON.parse(readFileSync(path(name), 'utf8')) as PullsDocument;

/** A line of the registry; `time` is that of the day. */
function line(
  time: string,
  reference: string,
  { method = 'GET', status = 200, userAgent = 'podman/5.0' } = {},
): string {
  const uri = `/v2/shop/app/manifests/${reference}`;
  return `time="2026-11-20T${time}Z" level=info msg="response completed" http.request.method=${method} http.request.uri="${uri}" http.request.useragent="${userAgent}" http.response.status=${status}\n`;
}

function log(name: string, ...lines: string[]): string {
  writeFileSync(path(name), name.endsWith('.gz') ? gzipSync(lines.join('')) : lines.join(''));
  return path(name);
}

describe('logs of files', () => {
  it('counts successful GET requests for manifests, and no others', async () => {
    const file = log(
      'requests.log.gz',
      line('01:00:00', 'v1'),
      line('01:30:00', 'v1'),
      line('02:00:00', 'v1'),
      line('03:00:00', DIGEST),
      line('04:00:00', 'head', { method: 'HEAD' }),
      line('04:00:00', 'checked', { status: 304 }),
      line('04:00:00', 'missing', { status: 404 }),
      line('04:00:00', 'denied', { status: 401 }),
      line('04:00:00', 'own', { userAgent: 'regadm' }),
      line('04:00:00', 'imported', { userAgent: 'openshift-apiserver/v1.30 (linux/amd64)' }),
      line('04:00:00', 'mirrored', { userAgent: 'mirror/2' }),
      line('04:00:00', 'scanned', { userAgent: 'scan 17' }),
    );
    const args = ['--logs', file, '--ignore-user-agent=mirror/*', String.raw`--ignore-user-agent=/^scan \d+$/`];
    const { status, stdout } = await pulls(...args, '--out', path('requests.json'), '-o', 'json');
    expect(status).toBe(0);
    const content = written('requests.json');
    expect(content).toEqual({
      apiVersion: 'regadm/v1',
      kind: 'Pulls',
      pulls: [
        { repository: 'shop/app', digest: DIGEST, lastPulled: '2026-11-20T03:00:00Z' },
        {
          repository: 'shop/app',
          tag: 'v1',
          lastPulled: '2026-11-20T02:00:00Z',
          earlier: ['2026-11-20T01:30:00Z'],
        },
      ],
      coverage: { from: '2026-11-20T01:00:00Z', to: '2026-11-20T04:00:00Z', gaps: [] },
    });
    expect(JSON.parse(stdout)).toEqual({ ...content, regadmVersion: expect.any(String), options: expect.any(Object) });
    expect(statSync(path('requests.json')).mode & 0o777).toBe(0o600);
    await pulls(...args, '--count-head', '--out', path('requests.json'));
    expect(written('requests.json').pulls.map(({ tag }) => tag)).toEqual([undefined, 'head', 'v1']);
  });

  it('continues a file with --merge, and states the gap between both logs', async () => {
    const args = ['--merge', '--out', path('merged.json')];
    await pulls('--logs', log('first.log', line('01:00:00', 'v1'), line('02:00:00', DIGEST)), ...args);
    const { stdout } = await pulls(
      '--logs',
      log('second.log', line('05:00:00', 'v1'), line('06:00:00', 'v2')),
      ...args,
    );
    expect(stdout).toContain('except for 1 gap:\n  2026-11-20T02:00:00Z to 2026-11-20T05:00:00Z\n');
    expect(written('merged.json')).toMatchObject({
      pulls: [
        { digest: DIGEST },
        { tag: 'v1', lastPulled: '2026-11-20T05:00:00Z', earlier: ['2026-11-20T01:00:00Z'] },
        { tag: 'v2' },
      ],
      coverage: {
        from: '2026-11-20T01:00:00Z',
        to: '2026-11-20T06:00:00Z',
        gaps: [{ from: '2026-11-20T02:00:00Z', to: '2026-11-20T05:00:00Z' }],
      },
    });
  });

  it('loses nothing if several runs continue the file at the same time', async () => {
    const tags = ['a', 'b', 'c', 'd'];
    const runs = tags.map((tag) =>
      pulls('--logs', log(`${tag}.log`, line('01:00:00', tag)), '--merge', '--out', path('concurrent.json')),
    );
    for (const { status } of await Promise.all(runs)) expect(status).toBe(0);
    expect(written('concurrent.json').pulls.map(({ tag }) => tag)).toEqual(tags);
  });

  it('leaves a damaged file as it is', async () => {
    const file = log('damaged.json', '{"apiVersion": "regadm/v1", "kind": "Pulls"}');
    const { status, stderr } = await pulls('--logs', log('a.log', line('01:00:00', 'v1')), '--merge', '--out', file);
    expect([status, stderr]).toEqual([1, expect.stringContaining('damaged.json:1: pulls: is missing')]);
    expect(readFileSync(file, 'utf8')).toBe('{"apiVersion": "regadm/v1", "kind": "Pulls"}');
  });

  it('states no coverage if the log level is too low', async () => {
    const warning = 'time="2026-11-20T01:00:00Z" level=warning msg="something"\n';
    const { status, stderr } = await pulls('--logs', log('low.log', warning), '--out', path('low.json'));
    expect([status, stderr]).toEqual([0, expect.stringContaining('set spec.logLevel')]);
    expect(written('low.json').coverage).toEqual({ from: null, to: null, gaps: [] });
  });

  it('tells logs that it cannot read from those without requests, and counts lines without a time', async () => {
    const file = path('utf-16.log');
    writeFileSync(file, Buffer.from(line('01:00:00', 'v1'), 'utf16le'));
    const unread = await pulls('--logs', file, '--out', path('unread.json'));
    expect([unread.status, unread.stderr]).toEqual([0, expect.stringContaining('no line can be read')]);
    expect(unread.stderr).not.toContain('spec.logLevel');
    const mixed = log('mixed.log', line('01:00:00', 'v1'), 'not a line of a log\n');
    const { stderr } = await pulls('--logs', mixed, '--out', path('mixed.json'));
    expect(stderr).toContain('ignored 1 line without a time that can be read');
  });

  it('reads stdin, and ignores lines of the future', async () => {
    const input = line('01:00:00', 'v1') + line('02:00:00', 'v2').replace('2026', '2926');
    const args = ['registry', 'pulls', '--logs', '-', '--out', path('stdin.json')];
    const { status, stderr } = await runCli(args, { input });
    expect([status, stderr]).toEqual([0, expect.stringContaining('ignored 1 line with a time in the future')]);
    expect(written('stdin.json').pulls).toEqual([
      { repository: 'shop/app', tag: 'v1', lastPulled: '2026-11-20T01:00:00Z' },
    ]);
  });

  it.each([
    ['a directory', () => ['--logs', directory], 'it is a directory'],
    ['no file', () => ['--logs', path('none.log')], 'cannot read --logs'],
    ['an invalid pattern', () => ['--logs', '-', '--ignore-user-agent', '/(/'], 'missing closing )'],
  ])('refuses %s', async (_, args, message) => {
    const { status, stderr } = await pulls(...args(), '--out', path('refused.json'));
    expect([status, stderr]).toEqual([1, expect.stringContaining(message)]);
  });
});

describe('logs of pods', () => {
  let sandbox: Sandbox;
  /** What happens to a request for a log instead. */
  let fault: ((path: string) => FaultAction | undefined) | undefined;
  beforeAll(async () => {
    sandbox = await startSandbox({ sample: true });
    sandbox.onRequest(({ path }) => (path.includes('/log?') ? fault?.(path) : undefined));
  });
  afterEach(() => void (fault = undefined));
  afterAll(() => sandbox.stop());
  const inCluster = (kubeconfig: string, ...args: string[]): Promise<Outcome> =>
    regadm(['registry', 'pulls', ...args], { kubeconfig });

  it('reads what the registry logged', async () => {
    const [stream] = sandbox.store.list('imagestreams');
    const tag = (stream?.status as { tags: { tag: string }[] }).tags[0]!.tag;
    const repository = `${stream!.metadata.namespace}/${stream!.metadata.name}`;
    const url = `${sandbox.registryUrl}/v2/${repository}/manifests/${tag}`;
    const { status } = await send(sandbox, 'GET', url, { token: sandbox.tokens.admin, headers: { 'user-agent': 'x' } });
    expect(status).toBe(200);
    const { stdout } = await inCluster(
      sandbox.kubeconfig.admin,
      '--out',
      path('pods.json'),
      '--since=1h',
      '-o',
      'json',
    );
    expect(JSON.parse(stdout)).toMatchObject({
      pulls: [{ repository, tag }],
      coverage: { from: expect.any(String) as string },
    });
  });

  it('reads the previous container, and reads a log again if the connection breaks', async () => {
    const respond = (body: string): FaultAction => ({ do: 'respond', status: 200, contentType: 'text/plain', body });
    let reads = 0;
    fault = (path) => {
      if (path.includes('previous=true')) return respond(line('01:00:00', 'before'));
      return reads++ === 0 ? { do: 'cut' } : respond(line('05:00:00', 'after') + line('06:00:00', 'after'));
    };
    const { status } = await inCluster(sandbox.kubeconfig.admin, '--out', path('previous.json'));
    expect([status, reads]).toEqual([0, 2]);
    expect(written('previous.json')).toMatchObject({
      pulls: [{ tag: 'after', earlier: ['2026-11-20T05:00:00Z'] }, { tag: 'before' }],
      coverage: { from: '2026-11-20T01:00:00Z', gaps: [] },
    });
  });

  it('states no coverage if a pod ends meanwhile', async () => {
    const body = JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404 });
    const gone: FaultAction = { do: 'respond', status: 404, contentType: 'application/json', body };
    fault = () => gone;
    const { status, stderr } = await inCluster(sandbox.kubeconfig.admin, '--out', path('gone.json'));
    expect([status, stderr]).toEqual([0, expect.stringContaining('ended while its log was read')]);
    expect(written('gone.json').coverage.from).toBeNull();
  });

  it('names the permission that is missing', async () => {
    const { status, stderr } = await inCluster(sandbox.kubeconfig.pruner, '--out', path('pods.json'));
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining('get pods/log in namespace openshift-image-registry'),
    ]);
  });

  it('fails without pods', async () => {
    const removed = await startSandbox({ managementState: 'Removed' });
    try {
      const { status, stderr } = await inCluster(removed.kubeconfig.admin, '--out', path('none.json'));
      expect([status, stderr]).toEqual([1, expect.stringContaining('is removed (managementState Removed)')]);
    } finally {
      await removed.stop();
    }
  });
});

describe('the log of a registry', () => {
  requires('docker-registry').test('has pulls by tag and by digest', async () => {
    const registry = await startDockerRegistry({ authority: await makeAuthority(), keepLog: true });
    try {
      const image = await registry.push.image('shop/app', ['layer'], { tag: 'v1' });
      const accept = { accept: image.mediaType };
      await registry.request('GET', '/v2/shop/app/manifests/v1', undefined, accept);
      await registry.request('GET', `/v2/shop/app/manifests/${image.digest}`, undefined, accept);
      await registry.request('HEAD', `/v2/shop/app/manifests/v1`, undefined, accept);
      await registry.request('GET', '/v2/shop/app/manifests/missing', undefined, accept);
      await registry.stop();
      await pulls('--logs', log('live.log', registry.log()), '--out', path('live.json'));
      expect(written('live.json').pulls).toMatchObject([{ digest: image.digest }, { tag: 'v1' }]);
    } finally {
      await registry.stop();
    }
  });
});
