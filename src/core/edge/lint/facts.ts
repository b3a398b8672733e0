import type { IgnitionConfig } from '../ignition/config.js';
import type { FieldPath } from '../model.js';
import type { At, Finding } from './finding.js';

/** Everything that the files say about one registry, with the places where they say it. */
export interface EdgeFacts {
  storages: StorageFacts[];
  objects: ObjectFacts[];
  policies: PolicyEntry[];
  /** What was wrong with the files themselves. */
  findings: Finding[];
}

/** The partitions and mounts of one configuration. */
export interface StorageFacts {
  /** `plan`: a Butane or Ignition file; `override`: what a node is given. */
  role: 'plan' | 'override';
  config: IgnitionConfig;
  /** Where a path below `storage` stands. */
  at(path: FieldPath): At;
}

/** An object of the cluster, plain or as a policy makes it. */
export interface ObjectFacts {
  kind: string;
  get(path: FieldPath): unknown;
  at(path: FieldPath): At;
}

/** One of a policy generator's source files. */
export interface PolicyEntry {
  fileName: string;
  kind?: string;
  wave: unknown;
  complianceType: unknown;
  at(path: FieldPath): At;
}

/** A mounted file system and the partition that it is on. */
export interface Mount {
  path: string;
  /** MiB; undefined or 0 when it is not said. */
  sizeMiB?: number;
  at: At;
}

/** The mounts of all configurations. */
export function mountsOf({ storages }: EdgeFacts): Mount[] {
  return storages.flatMap(({ config, at }) =>
    (config.storage?.filesystems ?? []).flatMap(({ path, device }, index) => {
      if (!path) return [];
      const partition = partitionOf(config, device);
      return [{ path, sizeMiB: partition?.sizeMiB, at: at(['filesystems', index, 'path']) }];
    }),
  );
}

const BY_LABEL = '/dev/disk/by-partlabel/';

/** The label that a device path means, if it means one. */
export function labelOf(device: string): string | undefined {
  return device.startsWith(BY_LABEL) ? device.slice(BY_LABEL.length) : undefined;
}

/** The partition of the same configuration that a file system is on. */
export function partitionOf(config: IgnitionConfig, device: string): { label?: string; sizeMiB?: number } | undefined {
  const label = labelOf(device);
  const partitions = (config.storage?.disks ?? []).flatMap((disk) => disk.partitions ?? []);
  return label === undefined ? undefined : partitions.find((partition) => partition.label === label);
}

/** The objects of a kind. */
export function objectsOf(facts: EdgeFacts, kind: string): ObjectFacts[] {
  return facts.objects.filter((object) => object.kind === kind);
}
