/** Returns a Butane file with this `storage` section, which must be indented by two spaces. */
export function aButaneFile(storage: string): string {
  return `variant: fcos\nversion: 1.3.0\nstorage:\n${storage}`;
}

/** A Butane file with the registry's partition: one disk with one mounted file system. */
export const REGISTRY_BUTANE = `variant: fcos
version: 1.3.0
storage:
  disks:
    - device: /dev/disk/by-id/wwn-0x6b07
      wipe_table: false
      partitions:
        - label: var-imageregistry
          start_mib: 250000
          size_mib: 102500
  filesystems:
    - path: /var/imageregistry
      device: /dev/disk/by-partlabel/var-imageregistry
      format: xfs
      mount_options:
        - defaults
        - prjquota
      wipe_filesystem: true
      with_mount_unit: true
`;

/** A SiteConfig with the same partition in the older form. */
export const REGISTRY_DISK_PARTITION = `kind: SiteConfig
spec:
  clusters:
    - nodes:
        - diskPartition:
            - device: /dev/disk/by-id/wwn-0x6b07
              partitions:
                - mount_point: /var/imageregistry
                  size: 102500
                  start: 250000
`;
