import { DIVIDER, SCRIPT, checkUsage } from '../../../../src/core/edge/verify/disk-usage.js';
import { execFileSync } from 'node:child_process';

const GIB = 2 ** 30;

function outputOf(df: string, mountpoint = '/var/imageregistry'): string {
  const lsblk = {
    blockdevices: [
      {
        name: 'sda',
        size: 479559942144,
        type: 'disk',
        mountpoint: null,
        children: [{ name: 'sda5', size: 107479040000, type: 'part', mountpoint, partlabel: 'x' }],
      },
    ],
  };
  const head = 'Filesystem     1B-blocks        Used    Available Capacity Mounted on';
  return `${JSON.stringify(lsblk)}\n${DIVIDER}\n${head}\n${df}\n`;
}

const volumeOf = (bytes: number) => [{ what: 'the volume', bytes }];

const brief = (output: string, bytes = GIB) =>
  checkUsage(output, '/var/imageregistry', volumeOf(bytes)).map(({ name, status, message }) => [name, status, message]);

test('accepts a mounted partition with free space', () => {
  expect(brief(outputOf('/dev/sda5 107374182400 10737418240 96636764160 10% /var/imageregistry'), 100 * GIB)).toEqual([
    ['mount', 'ok', '/var/imageregistry is mounted from part sda5, 100.1 GiB'],
    ['mount-size', 'ok', 'the file system has 100 GiB, the volume 100 GiB'],
    ['free-space', 'ok', '90 GiB of 100 GiB are free at /var/imageregistry'],
  ]);
});

test('fails for a path that is only a directory of the system', () => {
  expect(brief(outputOf('/dev/sda4 107374182400 10737418240 96636764160 10% /var', '/x'))).toEqual([
    ['mount', 'failed', 'nothing is mounted at /var/imageregistry: it is a directory of /var'],
  ]);
});

test('fails for a path that does not exist', () => {
  expect(brief('')).toEqual([['mount', 'failed', 'nothing is mounted at /var/imageregistry: it does not exist']]);
});

test('warns about little free space', () => {
  const [, size, space] = checkUsage(
    outputOf('/dev/sda5 107374182400 106374182400 1000000000 100% /var/imageregistry'),
    '/var/imageregistry',
    [],
  );
  expect(size).toMatchObject({ name: 'mount-size', status: 'skipped' });
  expect(space).toMatchObject({
    name: 'free-space',
    status: 'warning',
    suggestions: [expect.stringContaining('regadm prune')],
  });
});

test('fails for a file system that is much smaller than the volume', () => {
  expect(brief(outputOf('/dev/sda5 53687091200 0 53687091200 0% /var/imageregistry'), 100 * GIB)[1]).toEqual([
    'mount-size',
    'failed',
    'the file system has 50 GiB, the volume 100 GiB',
  ]);
});

test('needs only df if the output of lsblk cannot be read', () => {
  expect(brief(`${DIVIDER}\n/dev/sda5 100 1 99 1% /var/imageregistry`)[0]).toEqual([
    'mount',
    'ok',
    '/var/imageregistry is mounted',
  ]);
});

test("reads the script's df for any path", () => {
  const output = execFileSync('/bin/sh', ['-c', SCRIPT.replace(/^lsblk[^;]*/, 'true'), 'regadm', '/'], {
    encoding: 'utf8',
  });
  expect(checkUsage(output, '/', [])[0]).toMatchObject({ name: 'mount', status: 'ok' });
  const odd = execFileSync(
    '/bin/sh',
    ['-c', `${SCRIPT.replace(/^lsblk[^;]*/, 'true')}; true`, 'regadm', '/$(echo x)'],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );
  expect(checkUsage(odd, '/$(echo x)', [])).toMatchObject([{ status: 'failed' }]);
});
