import { REGISTRY_PATH } from '../names.js';

const PARTITION = 'var-imageregistry';

/** Returns the Ignition configuration that a node was installed with: the registry's partition, mounted. */
export function ignitionOverride({ startMiB }: { startMiB: number }): string {
  const device = `/dev/disk/by-partlabel/${PARTITION}`;
  return JSON.stringify({
    ignition: { version: '3.2.0' },
    storage: {
      disks: [
        {
          device: '/dev/disk/by-path/pci-0000:01:00.0-scsi-0:2:0:0',
          partitions: [{ label: PARTITION, sizeMiB: 102_500, startMiB }],
          wipeTable: false,
        },
      ],
      filesystems: [{ device, format: 'xfs', path: REGISTRY_PATH, wipeFilesystem: true }],
    },
    systemd: { units: [{ contents: mountUnit(device), enabled: true, name: `${PARTITION}.mount` }] },
  });
}

function mountUnit(device: string): string {
  return [
    '[Mount]',
    `Where=${REGISTRY_PATH}`,
    `What=${device}`,
    'Type=xfs',
    '',
    '[Install]',
    'RequiredBy=local-fs.target',
  ].join('\n');
}
