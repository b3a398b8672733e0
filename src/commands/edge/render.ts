import { Flags } from '@oclif/core';
import { BaseCommand, type FlagsOf } from '../../cli/base-command.js';
import { usageError } from '../../core/model/errors.js';
import { readButane } from '../../core/edge/butane/read.js';
import { readText } from '../../core/edge/files/read.js';
import { writeFiles } from '../../core/edge/files/write.js';
import type { Storage } from '../../core/edge/model.js';
import { cautions } from '../../core/edge/render/cautions.js';
import { NAMES } from '../../core/edge/render/registry-objects.js';
import { render, renderAll, type RenderForm, type RenderInput } from '../../core/edge/render/render.js';
import { storageOfFlags } from '../../core/edge/render/storage-of-flags.js';
import { sizeFlag, volumeOfStorage } from '../../core/edge/render/volume-of-storage.js';

const FORMS = ['ignition', 'siteconfig', 'clusterinstance', 'policy'] as const;

export default class EdgeRender extends BaseCommand {
  static override summary = 'Write the files that give a cluster at the edge a registry on a local disk';

  static override description = `For clusters installed by GitOps ZTP. Without a cluster, it renders the partition and the mount unit as an Ignition 3.2.0 configuration (as butane would), the SiteConfig or ClusterInstance fragment that carries it, and the PolicyGenTemplate overlay with StorageClass, claim, volume and registry configuration. The partition comes from the flags, or from the storage part of a Butane file (variant fcos, version 1.3.0); what regadm does not know in such a file is refused.`;

  static override examples = [
    '<%= config.bin %> <%= command.id %> --device /dev/disk/by-path/pci-0000:01:00.0-scsi-0:2:0:0 --start-mib 250000 -o ignition',
    '<%= config.bin %> <%= command.id %> --device /dev/disk/by-id/wwn-0x6b07b250ebb9d000 --start-mib 344844 --size-mib 102500 --size 100Gi --cluster sno-1 --node node1.example.com --output-dir site',
    '<%= config.bin %> <%= command.id %> --device /dev/disk/by-id/wwn-0x6b07b250ebb9d000 --path /var/lib/containers --label containers --filesystem ext4 -o siteconfig',
    '<%= config.bin %> <%= command.id %> --butane storage.bu -o clusterinstance',
    '<%= config.bin %> <%= command.id %> --butane storage.bu --path /var/imageregistry --output-dir site --overwrite',
  ];

  static override flags = {
    butane: Flags.string({
      helpValue: 'FILE',
      description:
        'read the storage part of this Butane file (- for standard input) instead of the flags of the partition',
    }),
    device: Flags.string({
      helpGroup: 'PARTITION',
      helpValue: 'PATH',
      exclusive: ['butane'],
      description: 'disk for the partition, best by /dev/disk/by-path or /dev/disk/by-id',
    }),
    'start-mib': Flags.integer({
      helpGroup: 'PARTITION',
      helpValue: 'N',
      min: 0,
      exclusive: ['butane'],
      description: 'start of the partition in MiB; 250000 if not given, 0 for the start of the largest free block',
    }),
    'size-mib': Flags.integer({
      helpGroup: 'PARTITION',
      helpValue: 'N',
      min: 0,
      exclusive: ['butane'],
      description: 'size of the partition in MiB; 0, also if not given, for the rest of the disk',
    }),
    label: Flags.string({
      helpGroup: 'PARTITION',
      helpValue: 'NAME',
      exclusive: ['butane'],
      description: 'label of the partition; without it made of the path (/var/lib/containers: var-lib-containers)',
    }),
    filesystem: Flags.string({
      helpGroup: 'PARTITION',
      options: ['xfs', 'ext4', 'btrfs'],
      exclusive: ['butane'],
      description: 'format of the file system; xfs if not given',
    }),
    path: Flags.string({
      helpGroup: 'PARTITION',
      helpValue: 'PATH',
      description: `where it is mounted; ${NAMES.path} if not given; with --butane, which of the file's mounts is the registry's`,
    }),
    size: Flags.string({
      helpGroup: 'OBJECTS',
      helpValue: 'QUANTITY',
      default: NAMES.size,
      description: 'size of the volume and of its claim',
    }),
    cluster: Flags.string({
      helpGroup: 'OBJECTS',
      helpValue: 'NAME',
      default: 'example-sno',
      description: 'name of the managed cluster in the fragments',
    }),
    node: Flags.string({
      helpGroup: 'OBJECTS',
      helpValue: 'HOST',
      default: 'node1.example.com',
      description: 'host name of the node in the fragments',
    }),
    output: Flags.string({
      char: 'o',
      helpGroup: 'OUTPUT',
      options: [...FORMS],
      exclusive: ['output-dir'],
      description: 'print this one to stdout',
    }),
    'output-dir': Flags.string({
      helpGroup: 'OUTPUT',
      helpValue: 'DIR',
      description: 'write all of them as files into this directory',
    }),
    overwrite: Flags.boolean({
      helpGroup: 'OUTPUT',
      dependsOn: ['output-dir'],
      description: 'replace files in --output-dir whose contents differ',
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.read(EdgeRender);
    const directory = flags['output-dir'];
    if (!flags.output && !directory)
      throw usageError('say what to render: -o FORM for one form, or --output-dir DIR for all of them as files', [
        `forms: ${FORMS.join(', ')}`,
      ]);
    const input = await inputOf(flags);
    if (flags.output) this.print(render(flags.output as RenderForm, input));
    else this.print((await writeFiles(directory!, renderAll(input), flags.overwrite)).join('\n'));
    cautions(input.storage, flags.size).forEach(this.warning);
  }
}

async function inputOf(flags: FlagsOf<typeof EdgeRender>): Promise<RenderInput> {
  const size = sizeFlag(flags.size);
  const storage = await storageOf(flags);
  return {
    storage,
    volume: () => volumeOfStorage(storage, size, flags.path),
    site: { cluster: name('cluster', flags.cluster), node: name('node', flags.node) },
  };
}

async function storageOf(flags: FlagsOf<typeof EdgeRender>): Promise<Storage> {
  if (flags.butane !== undefined) return readButane(flags.butane, await readText(flags.butane));
  if (!flags.device) throw usageError('pass --device PATH, or --butane FILE');
  return storageOfFlags({
    device: flags.device,
    startMib: flags['start-mib'] ?? 250_000,
    sizeMib: flags['size-mib'] ?? 0,
    path: flags.path ?? NAMES.path,
    filesystem: flags.filesystem ?? 'xfs',
    label: flags.label,
  });
}

/** Cluster and host names are DNS names. */
function name(flag: string, value: string): string {
  if (/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(value)) return value;
  throw usageError(`--${flag} must be a DNS name in lower case, not "${value}"`);
}
