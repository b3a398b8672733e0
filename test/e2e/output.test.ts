import { mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stateOf } from '../support/cluster-checks.js';
import { aScene, prune, type Scene } from '../support/prune-scene.js';
import { regadm, type Outcome } from '../support/regadm.js';

let scene: Scene;
let directory: string;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'regadm-output-'));
  scene = await aScene();
});
afterEach(async () => {
  rmSync(directory, { recursive: true });
  await scene.sandbox.stop();
});

/** Runs `prune images` in a shell; the exit status is that of regadm, whatever its reader does. */
const inShell = (shell: string, ...args: string[]): Promise<Outcome> =>
  prune(scene, ['prune', 'images', ...args], { shell });
const status = (page: string, shell?: string): Promise<Outcome> =>
  regadm(['registry', 'status', '--report', page], { kubeconfig: scene.sandbox.kubeconfig.admin, shell });
const READ_NOTHING = 'bash -c \'"$@" | true; exit ${PIPESTATUS[0]}\' x "$@"';
const breakBlobs = (): void => scene.sandbox.addFault('DELETE ^/admin/ every=2 => 400');

describe('a reader that goes away', () => {
  test.each([['table'], ['json'], ['yaml'], ['oc']])('does not hide a failed deletion (-o %s)', async (format) => {
    breakBlobs();
    expect((await inShell(READ_NOTHING, '--confirm', '-o', format)).status).toBe(3);
  });

  test.each([['table'], ['json'], ['oc']])(
    'does not hide an image that was pushed during the run and needs a deleted blob (-o %s)',
    async (format) => {
      let pushed = '';
      const { dockerImageLayers: layers } = scene.sandbox.store.get('images', scene.loose) as unknown as {
        dockerImageLayers: { name: string }[];
      };
      const path = `/admin/blobs/${layers.at(-1)!.name}`;
      scene.sandbox.onRequest((request) => {
        if (request.method === 'DELETE' && request.path === path)
          pushed = scene.sandbox.registry.push('late/app', 'v1', { layers: ['outdated'] }).digest;
        return undefined;
      });
      const { status, stderr } = await inShell(READ_NOTHING, '--confirm', '-o', format);
      expect([status, stderr]).toEqual([3, expect.stringContaining(`error: image ${pushed}: pushed to late/app:v1 `)]);
    },
  );

  test('does not make a run fail that does everything', async () => {
    const { status, stderr } = await inShell(READ_NOTHING, '--confirm', '-o', 'json');
    expect([status, stderr]).toEqual([0, expect.stringMatching(/^hint: .*\n$/)]);
  });

  test('does not change the status of a guard', async () => {
    expect((await inShell(READ_NOTHING, '--confirm', '--max-delete=1', '-o', 'json')).status).toBe(4);
  });

  test('ends a dry run quietly', async () => {
    const read1 = 'bash -c \'"$@" | head -1; exit ${PIPESTATUS[0]}\' x "$@"';
    const { status, stdout, stderr } = await inShell(read1, '-o', 'wide');
    expect([status, stdout, stderr]).toEqual([0, expect.stringMatching(/^Would delete .*\n$/), '']);
  });

  test('of stderr changes nothing either', async () => {
    breakBlobs();
    const { status, stdout } = await inShell(
      'bash -c \'"$@" 2> >(true)\' x "$@"',
      '--confirm',
      '-v',
      '6',
      '-o',
      'json',
    );
    expect(status).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'ImagePrune', dryRun: false });
  });
});

describe('a full disk', () => {
  test.each([['json'], ['yaml'], ['table'], ['name']])('is an error (-o %s)', async (format) => {
    const { status, stderr } = await inShell('"$@" > /dev/full', '-o', format);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^error: the output is incomplete: ENOSPC.*\n {2}\* the run itself ended with exit status 0;/m,
    );
  });

  test('does not hide that the run failed', async () => {
    breakBlobs();
    const { status, stderr } = await inShell('"$@" > /dev/full', '--confirm', '-o', 'json');
    expect(status).toBe(1);
    expect(stderr).toContain('the run itself ended with exit status 3; what it changed stays changed');
  });

  test('does not change the status of a guard', async () => {
    expect((await inShell('"$@" > /dev/full', '--confirm', '--max-delete=1', '-o', 'json')).status).toBe(4);
  });

  test.each([[['--help']], [['--version']], [['completion', 'bash']], [['config']], [['sandbox']]])(
    'is an error for %j',
    async (args) => {
      expect((await regadm(args, { shell: '"$@" > /dev/full' })).status).toBe(1);
    },
  );

  test('for stderr does not change the status', async () => {
    breakBlobs();
    expect((await inShell('"$@" 2> /dev/full', '--confirm', '-v', '6')).status).toBe(3);
  });
});

test('a closed stdout or stderr does not change the status', async () => {
  breakBlobs();
  expect((await inShell('"$@" >&- 2>&-', '--confirm')).status).toBe(3);
});

describe('files', () => {
  test('are readable by their owner only', async () => {
    const plan = join(directory, 'plan.json');
    const log = join(directory, 'audit.log');
    const page = join(directory, 'page.html');
    expect((await inShell('umask 0; "$@"', '--plan-out', plan, '--confirm', '--audit-log', log)).status).toBe(0);
    expect((await status(page, 'umask 0; "$@"')).status).toBe(0);
    for (const file of [plan, log, page]) expect([file, statSync(file).mode & 0o777]).toEqual([file, 0o600]);
  });

  test('are not written through a link, and nothing is deleted', async () => {
    const before = stateOf(scene.sandbox);
    const target = join(directory, 'target');
    const link = join(directory, 'link');
    writeFileSync(target, 'mine');
    symlinkSync(target, link);
    for (const args of [
      ['--plan-out', link],
      ['--confirm', '--audit-log', link],
    ]) {
      const { status, stderr } = await prune(scene, ['prune', 'images', ...args]);
      expect([status, stderr]).toEqual([1, expect.stringContaining(`${link}: it is a symbolic link`)]);
    }
    expect((await status(link)).stderr).toContain('it is a symbolic link');
    expect([readFileSync(target, 'utf8'), readlinkSync(link)]).toEqual(['mine', target]);
    expect(stateOf(scene.sandbox)).toEqual(before);
  });

  test('can be a device, a pipe, or what the shell has opened', async () => {
    symlinkSync('/dev/null', join(directory, 'null'));
    expect((await prune(scene, ['prune', 'images', '--plan-out', join(directory, 'null')])).status).toBe(0);
    const piped = await inShell('"$@" | cat', '--plan-out', '/dev/stdout', '-o', 'name');
    expect(piped.stdout).toContain('"ImagePrunePlan"');
    const file = join(directory, 'plan.json');
    await inShell(`"$@" 2> ${file}`, '--plan-out', '/dev/stderr');
    expect(readFileSync(file, 'utf8')).toContain('"ImagePrunePlan"');
  });

  test('can be stdout if that is a socket', async () => {
    const { status, stdout } = await prune(scene, ['prune', 'images', '--plan-out', '/dev/stdout', '-o', 'name']);
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^\{[^]*"ImagePrunePlan"[^]*^image\.image/m)]);
  });

  test('do not overwrite the output if both go to the same file', async () => {
    const file = join(directory, 'both');
    const args = ['--confirm', '--audit-log', '/dev/stdout', '-o', 'name'];
    expect((await inShell(`"$@" > ${file}`, ...args)).status).toBe(0);
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    const log = lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line).action);
    const names = lines.filter((line) => /^image\.image\.openshift\.io\/sha256:[\da-f]{64}$/.test(line));
    expect(log).toEqual(expect.arrayContaining(['start', 'delete-image', 'end']));
    expect(names).toHaveLength(log.filter((action) => action === 'delete-image').length);
    expect(lines).toHaveLength(log.length + names.length);
  });

  test('cannot be another socket', async () => {
    // The standard input of the process is a socket.
    const { status, stderr } = await prune(scene, ['prune', 'images', '--plan-out', '/dev/fd/0'], { input: '' });
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining('cannot write --plan-out /dev/fd/0: it is a socket,'),
    ]);
  });
});
