import { REGISTRY_PATH } from '../names.js';

const DISK_BYTES = 500 * 2 ** 30;
const PARTITION_BYTES = 200 * 2 ** 30;

/**
 * Returns the output of `lsblk --json`, a divider and `df` for a path on a node, whose disk has a partition for the
 * system and one for the registry.
 * @param isMounted the registry's partition is mounted
 */
export function diskReport(path: string, isMounted: boolean): string[] {
  const registry = { mountpoint: isMounted ? REGISTRY_PATH : null, partlabel: 'var-imageregistry' };
  const children = [partition('sda4', { mountpoint: '/', partlabel: 'root' }), partition('sda5', registry)];
  const disk = { name: 'sda', size: DISK_BYTES, type: 'disk', mountpoint: null, partlabel: null, children };
  const isBelow = isMounted && `${path}/`.startsWith(`${REGISTRY_PATH}/`);
  const [device, mountPoint] = isBelow ? ['sda5', REGISTRY_PATH] : ['sda4', '/'];
  const used = PARTITION_BYTES / 4;
  return [
    JSON.stringify({ blockdevices: [disk] }),
    '----regadm----',
    'Filesystem 1-blocks Used Available Capacity Mounted on',
    `/dev/${device} ${PARTITION_BYTES} ${used} ${PARTITION_BYTES - used} 25% ${mountPoint}`,
  ];
}

function partition(name: string, place: { mountpoint: string | null; partlabel: string }): object {
  return { name, size: PARTITION_BYTES, type: 'part', ...place };
}
