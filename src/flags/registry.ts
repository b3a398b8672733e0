import { Flags } from '@oclif/core';
import { accessSync, constants } from 'node:fs';
import { messageOf, usageError } from '../core/model/errors.js';
import { validateRegistryFlags } from '../core/registry/url.js';

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

export interface RegistryFlagValues {
  registryUrl?: string;
  certificateAuthority?: string;
  forceInsecure: boolean;
}

/** Checks the registry flags against each other, and that the authority's file is there: before lists are read, which may take long. @throws RegadmError (USAGE) */
export function checkRegistryFlags(flags: RegistryFlagValues): void {
  validateRegistryFlags(flags);
  if (flags.certificateAuthority === undefined) return;
  try {
    accessSync(flags.certificateAuthority, constants.R_OK);
  } catch (cause) {
    throw usageError(`cannot read the file of --certificate-authority: ${messageOf(cause)}`);
  }
}
