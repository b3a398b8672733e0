import { Flags } from '@oclif/core';

/** Selects the registry and how its certificate is checked. */
export const registryFlags = {
  'registry-url': Flags.string({
    helpGroup: 'REGISTRY',
    helpValue: 'URL',
    description: 'address of the registry; found by itself if not given',
  }),
  'certificate-authority': Flags.string({
    helpGroup: 'REGISTRY',
    helpValue: 'FILE',
    description:
      "authority that the registry's certificate is checked against, besides the system's and the kubeconfig's",
  }),
  'force-insecure': Flags.boolean({
    helpGroup: 'REGISTRY',
    allowNo: true,
    description: 'allow a registry without a trusted certificate, and plain HTTP',
  }),
};
