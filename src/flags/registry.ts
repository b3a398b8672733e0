import { accessSync, constants } from 'node:fs';
import { messageOf, usageError } from '../core/model/errors.js';
import { validateRegistryFlags } from '../core/registry/url.js';

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
