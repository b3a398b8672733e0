import { MIN_START_MIB, isPersistentName } from '../../render/warnings.js';
import { sameIgnition } from '../../ignition/same.js';
import { isMounted } from '../../ignition/read.js';
import { labelOf, partitionOf, type StorageFacts } from '../facts.js';
import type { Finding } from '../finding.js';
import { error, warning, type Rule } from './rule.js';

/** Rules that check each disk configuration, and compare plans with the configurations of the nodes. */
export const storageRules: Rule[] = [
  ({ storages }) => storages.flatMap(deviceNames),
  ({ storages }) => storages.flatMap(partitionStarts),
  ({ storages }) => storages.flatMap(mountUnits),
  ({ storages }) => storages.flatMap(partitionLabels),
  ({ storages }) => overrideDifferences(storages),
];

function deviceNames({ config, at }: StorageFacts): Finding[] {
  const disks = config.storage?.disks ?? [];
  return disks.flatMap(({ device }, index) =>
    isPersistentName(device)
      ? []
      : [
          error(
            'device-name',
            at(['disks', index, 'device']),
            `${device} can be another disk after the next boot`,
            'use the disk name in /dev/disk/by-path/ or /dev/disk/by-id/',
          ),
        ],
  );
}

function partitionStarts({ config, at }: StorageFacts): Finding[] {
  return (config.storage?.disks ?? []).flatMap(({ partitions = [] }, disk) =>
    partitions.flatMap(({ startMiB }, index) =>
      startMiB && startMiB < MIN_START_MIB
        ? [
            warning(
              'partition-start',
              at(['disks', disk, 'partitions', index, 'startMiB']),
              `the partition starts at ${startMiB} MiB, which leaves too little for the system`,
              `start it at ${MIN_START_MIB} MiB or later`,
            ),
          ]
        : [],
    ),
  );
}

function mountUnits({ config, at }: StorageFacts): Finding[] {
  return (config.storage?.filesystems ?? []).flatMap(({ path }, index) =>
    !path || isMounted(config, path)
      ? []
      : [
          error(
            'mount-unit',
            at(['filesystems', index, 'path']),
            `nothing mounts ${path} when the node boots`,
            'set with_mount_unit: true in the Butane file',
          ),
        ],
  );
}

function partitionLabels({ config, at }: StorageFacts): Finding[] {
  return (config.storage?.filesystems ?? []).flatMap(({ device }, index) => {
    const label = labelOf(device);
    if (label === undefined || partitionOf(config, device)) return [];
    return [
      error(
        'partition-label',
        at(['filesystems', index, 'device']),
        `no partition has the label ${label}`,
        'use the label of the partition in the device of the file system: /dev/disk/by-partlabel/LABEL',
      ),
    ];
  });
}

/** Compares the configurations of the nodes with the plans; without a plan, there is nothing to compare. */
function overrideDifferences(storages: StorageFacts[]): Finding[] {
  const plans = storages.filter(({ role }) => role === 'plan');
  // The site generator renders the older diskPartition itself, so there is no text to compare.
  const overrides = storages.filter(
    ({ role, config }) => role === 'override' && config.systemd?.units.every(({ contents }) => contents !== ''),
  );
  if (plans.length === 0) return [];
  return overrides
    .filter(({ config }) => !plans.some((plan) => sameIgnition(plan.config, config)))
    .map(({ at }) =>
      error(
        'override-differs',
        at([]),
        `ignitionConfigOverride differs from ${plans.map((plan) => plan.at([]).file).join(', ')}`,
        'render it again: regadm edge render --butane FILE -o siteconfig (or clusterinstance)',
      ),
    );
}
