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

const brief = (output: string, wanted?: number) =>
  checkUsage(output, '/var/imageregistry', wanted).map(({ name, status, message }) => [name, status, message]);

test('a mounted partition with space passes', () => {
  expect(brief(outputOf('/dev/sda5 107374182400 10737418240 96636764160 10% /var/imageregistry'), 100 * GIB)).toEqual([
    ['mount', 'ok', '/var/imageregistry is mounted from part sda5, 100.1 GiB'],
    ['free-space', 'ok', '90 GiB of 100 GiB are free at /var/imageregistry'],
  ]);
});

test('a path that is only a directory of the system fails', () => {
  expect(brief(outputOf('/dev/sda4 107374182400 10737418240 96636764160 10% /var', '/x'))).toEqual([
    ['mount', 'failed', 'nothing is mounted at /var/imageregistry: it is a directory of /var'],
  ]);
});

test('a path that does not exist fails', () => {
  expect(brief('')).toEqual([['mount', 'failed', 'nothing is mounted at /var/imageregistry: it does not exist']]);
});

test('little free space is a warning', () => {
  const [, space] = checkUsage(
    outputOf('/dev/sda5 107374182400 106374182400 1000000000 100% /var/imageregistry'),
    '/var/imageregistry',
  );
  expect(space).toMatchObject({
    name: 'free-space',
    status: 'warning',
    suggestions: [expect.stringContaining('regadm prune')],
  });
});

test('a file system much smaller than the volume fails', () => {
  expect(brief(outputOf('/dev/sda5 53687091200 0 53687091200 0% /var/imageregistry'), 100 * GIB)[1]).toEqual([
    'mount-size',
    'failed',
    'the file system has 50 GiB, the volume promises 100 GiB',
  ]);
});

test('df alone is enough where lsblk says nothing that can be read', () => {
  expect(brief(`${DIVIDER}\n/dev/sda5 100 1 99 1% /var/imageregistry`)[0]).toEqual([
    'mount',
    'ok',
    '/var/imageregistry is mounted',
  ]);
});

test("the script's df is understood, whatever the path holds", () => {
  const output = execFileSync('/bin/sh', ['-c', SCRIPT.replace(/^lsblk[^;]*/, 'true'), 'regadm', '/'], {
    encoding: 'utf8',
  });
  expect(checkUsage(output, '/', 0)[0]).toMatchObject({ name: 'mount', status: 'ok' });
  const odd = execFileSync(
    '/bin/sh',
    ['-c', `${SCRIPT.replace(/^lsblk[^;]*/, 'true')}; true`, 'regadm', '/$(echo x)'],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );
  expect(checkUsage(odd, '/$(echo x)')).toMatchObject([{ status: 'failed' }]);
});
