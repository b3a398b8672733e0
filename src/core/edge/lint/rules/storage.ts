import { MIN_START_MIB, isPersistentName } from '../../render/warnings.js';
import { sameIgnition } from '../../ignition/same.js';
import { isMounted } from '../../ignition/read.js';
import { labelOf, partitionOf, type EdgeFacts, type StorageFacts } from '../facts.js';
import type { Finding } from '../finding.js';
import { isFilledIn, isUnknown } from '../known.js';
import { UNKNOWN_CONFIG } from '../storage-part.js';
import { filledIn } from './filled-in.js';
import { error, warning, type Rule } from './rule.js';

/** Rules that check each disk configuration, and compare plans with the configurations of the nodes. */
export const storageRules: Rule[] = [
  ({ storages }) => storages.flatMap(deviceNames),
  ({ storages }) => storages.flatMap(partitionStarts),
  mountUnits,
  ({ storages }) => storages.flatMap(partitionLabels),
  ({ storages }) => storages.flatMap(unknownValues),
  ({ storages }) => overrideDifferences(storages),
];

function deviceNames({ config, at }: StorageFacts): Finding[] {
  const disks = config.storage?.disks ?? [];
  return disks.flatMap(({ device }, index) =>
    isPersistentName(device) || isFilledIn(device)
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
              `the partition starts at ${startMiB} MiB, which leaves too little for the system if it is on the same disk`,
              `start it at ${MIN_START_MIB} MiB or later`,
            ),
          ]
        : [],
    ),
  );
}

function mountUnits({ storages }: EdgeFacts): Finding[] {
  return storages.flatMap(({ config, role, at }) => {
    // The unit can be in another MachineConfig of the pool.
    const configs = role === 'machineconfig' ? storages.filter((each) => each.role === role) : [{ config }];
    return (config.storage?.filesystems ?? []).flatMap(({ path }, index) =>
      !path || isFilledIn(path) || configs.some((each) => canBeMounted(each.config, path))
        ? []
        : [
            error(
              'mount-unit',
              at(['filesystems', index, 'path']),
              `nothing mounts ${path} when the node boots`,
              'set with_mount_unit: true in the Butane file, and render the other files again',
            ),
          ],
    );
  });
}

function canBeMounted(config: StorageFacts['config'], path: string): boolean {
  return isMounted(config, path) || (config.systemd?.units ?? []).some(({ name }) => isFilledIn(name));
}

function partitionLabels({ config, at }: StorageFacts): Finding[] {
  const labels = (config.storage?.disks ?? []).flatMap(({ partitions = [] }) => partitions.map(({ label }) => label));
  return (config.storage?.filesystems ?? []).flatMap(({ device }, index) => {
    const label = labelOf(device);
    if (label === undefined || partitionOf(config, device) || [label, ...labels].some(isFilledIn)) return [];
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

/** Finds what the hub fills in, in the fields that rules compare. */
function unknownValues({ config, at }: StorageFacts): Finding[] {
  const { disks = [], filesystems = [] } = config.storage ?? {};
  const found = [
    ...disks.flatMap(({ device, partitions = [] }, disk) => [
      { value: device, path: ['disks', disk, 'device'] },
      ...partitions.flatMap((partition, index) =>
        (['label', 'number', 'startMiB', 'sizeMiB'] as const).map((field) => ({
          value: partition[field],
          path: ['disks', disk, 'partitions', index, field],
        })),
      ),
    ]),
    ...filesystems.flatMap((filesystem, index) =>
      (['device', 'path', 'format', 'mountOptions'] as const).map((field) => ({
        value: filesystem[field],
        path: ['filesystems', index, field],
      })),
    ),
    ...(config.systemd?.units ?? []).map((unit) => ({ value: Object.values(unit), path: [] })),
  ].find(({ value }) => isUnknown(value));
  return found ? [filledIn(at(found.path))] : [];
}

/**
 * Compares the configurations of the nodes with the plans; without a plan, there is nothing to compare. The site
 * generator renders the older diskPartition itself.
 */
function overrideDifferences(storages: StorageFacts[]): Finding[] {
  const plans = storages.filter(({ role }) => role === 'plan');
  const overrides = storages.filter(({ role }) => role === 'override');
  if (plans.length === 0) return [];
  return overrides
    .filter(({ config }) => !plans.some((plan) => canBeSame(plan, config)))
    .map(({ at }) =>
      error(
        'override-differs',
        at([]),
        `ignitionConfigOverride differs from ${plans.map((plan) => plan.at([]).file).join(', ')}`,
        'render it again: regadm edge render --butane FILE -o siteconfig (or clusterinstance)',
      ),
    );
}

function canBeSame(plan: StorageFacts, config: StorageFacts['config']): boolean {
  if (plan.config === UNKNOWN_CONFIG || config === UNKNOWN_CONFIG) return true;
  return sameIgnition(plan.config, config, (value) => isUnknown(value) || isFilledInUnit(value));
}

/** True for the name of the mount unit of a path that is filled in: `\\x7b` is a brace. */
function isFilledInUnit(value: unknown): boolean {
  return typeof value === 'string' && value.includes(String.raw`\x7b\x7b`);
}
