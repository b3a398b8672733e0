import { BaseCommand } from '../../cli/base-command.js';
import { renderSite } from '../../core/edge/render/render-site.js';
import { edgeRenderFlags, edgeRenderRequest } from '../../flags/edge-render.js';

export default class EdgeRender extends BaseCommand {
  static override summary = 'Render the files that give an edge cluster a registry on a local disk';

  static override description = `For clusters that GitOps ZTP installs. Renders the partition and its mount unit as an Ignition 3.2.0 configuration (as butane does),
the SiteConfig or ClusterInstance fragment or the MachineConfig that contains it, and the PolicyGenerator (or the older
PolicyGenTemplate) with StorageClass, claim, volume and registry configuration. Needs no cluster.

Describe the partition with flags, or with the storage part of a Butane file (variant fcos, version 1.3.0). Fields of that file that
regadm does not know are refused.`;

  static override page = 'edge.md';

  static override exitStatuses = {
    4: 'refused, because a file to write exists with other contents',
  };

  static override examples = [
    {
      description: 'Print the Ignition configuration',
      command:
        '<%= config.bin %> <%= command.id %> --device /dev/disk/by-path/pci-0000:01:00.0-scsi-0:2:0:0 --start-mib 250000 -o ignition',
    },
    {
      description: 'Write all files of a site',
      command:
        '<%= config.bin %> <%= command.id %> --device /dev/disk/by-id/wwn-0x6b07b250ebb9d000 --start-mib 344844 --size-mib 102500 --size 100Gi --cluster sno-1 --node node1.example.com --output-dir site',
    },
    {
      description: 'Print the SiteConfig fragment for a partition with ext4',
      command:
        '<%= config.bin %> <%= command.id %> --device /dev/disk/by-id/wwn-0x6b07b250ebb9d000 --path /var/lib/containers --label containers --filesystem ext4 -o siteconfig',
    },
    {
      description: 'Print the policies for a hub with OpenShift 4.16 or later',
      command:
        '<%= config.bin %> <%= command.id %> --device /dev/disk/by-id/wwn-0x6b07b250ebb9d000 --cluster sno-1 -o policygenerator',
    },
    {
      description: 'From a Butane file',
      command: '<%= config.bin %> <%= command.id %> --butane storage.bu -o clusterinstance',
    },
    {
      description: 'Replace the files of a site',
      command:
        '<%= config.bin %> <%= command.id %> --butane storage.bu --path /var/imageregistry --output-dir site --overwrite',
    },
  ];

  static override flags = edgeRenderFlags;

  async run(): Promise<void> {
    const { flags } = await this.read(EdgeRender);
    const { text, warnings } = await renderSite(edgeRenderRequest(flags));
    this.print(text);
    warnings.forEach(this.warning);
  }
}
