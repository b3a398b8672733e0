import { usageError } from '../core/model/errors.js';
import { parseRegistryAddress, type RegistryAddress } from '../core/registry/url.js';
import { authoritiesFlag } from './authorities.js';

/** Values of the registry flags; a command can omit some of them. */
interface RegistryFlagValues {
  'registry-url'?: string;
  'certificate-authority'?: string;
  'force-insecure'?: boolean;
}

interface RegistryOptions {
  /** `host[:port]` or a URL without a path; undefined: the registry is discovered. */
  registryUrl?: string;
  /** Certificates of `--certificate-authority`, PEM. */
  authorities?: string[];
  forceInsecure: boolean;
}

const ADDRESS_HINT = 'write it as registry.example.org, registry.example.org:5000 or https://registry.example.org';

/**
 * Converts the registry flags and reads the file of `--certificate-authority`. Runs before lists are read, because that
 * takes long.
 * @throws RegadmError (USAGE) that names the flag
 */
export async function registryOptions(flags: RegistryFlagValues): Promise<RegistryOptions> {
  const registryUrl = flags['registry-url'];
  const forceInsecure = flags['force-insecure'] ?? false;
  const file = flags['certificate-authority'];
  const address = registryUrl ? registryAddressFlag(registryUrl) : undefined;
  if (!file) return { registryUrl, forceInsecure };
  if (forceInsecure) {
    throw usageError('--certificate-authority cannot be specified with --force-insecure', [
      'remove one of the two flags',
    ]);
  }
  if (address?.scheme === 'http') {
    // `oc` misspells the flag in this message, and scripts compare it. The suggestion has the right name.
    throw usageError('--cerificate-authority cannot be specified for insecure http protocol', [
      'remove --certificate-authority, or pass --registry-url with https://',
    ]);
  }
  return {
    registryUrl,
    forceInsecure,
    authorities: await authoritiesFlag('certificate-authority', file, "the registry's certificate"),
  };
}

/** Converts `--registry-url`. @throws RegadmError (USAGE), never with the text itself, which can contain a password */
export function registryAddressFlag(text: string): RegistryAddress {
  const address = parseRegistryAddress(text);
  if (typeof address !== 'string') return address;
  const hint = address.includes('password') ? 'pass the token with --token' : ADDRESS_HINT;
  throw usageError(`invalid --registry-url flag: ${address}`, [hint]);
}
