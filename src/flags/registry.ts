import { Flags } from '@oclif/core';

/** Selects the registry and how its certificate is checked. */
export const registryFlags = {
  'registry-url': Flags.string({
    helpGroup: 'REGISTRY',
    helpValue: 'URL',
    description: 'registry address (default: a host that the API server states for it)',
  }),
  'certificate-authority': Flags.string({
    helpGroup: 'REGISTRY',
    helpValue: 'FILE',
    description: "CA file that verifies the registry's certificate, in addition to the system's and the kubeconfig's",
  }),
  'force-insecure': Flags.boolean({
    helpGroup: 'REGISTRY',
    allowNo: true,
    description: 'allow a registry without a trusted certificate, and plain HTTP',
  }),
};
