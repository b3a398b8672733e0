import { hideUserInfo } from '../core/kit/secrets/known.js';
import { usageError } from '../core/model/errors.js';
import type { AzureLocation, S3Location, SwiftLocation } from '../core/storage/location.js';
import { areDirectoryNames, NAME_PATTERNS } from '../core/storage/names.js';

type Place = (S3Location | AzureLocation | SwiftLocation) & { directory: string };

/** A form of `--storage`: what it consists of before the directory, and what each part must be. */
interface Form {
  text: string;
  parts: { name: string; pattern: RegExp }[];
  /** How to give credentials, which the URL does not contain. */
  credentials: string;
}

const FORMS: Record<Place['kind'], Form> = {
  s3: {
    text: 's3://BUCKET or s3://BUCKET/ROOT',
    parts: [{ name: 'bucket', pattern: NAME_PATTERNS.bucket }],
    credentials: 'set the AWS_* variables, or pass --storage-credentials FILE',
  },
  azure: {
    text: 'azure://ACCOUNT/CONTAINER or azure://ACCOUNT/CONTAINER/ROOT',
    parts: [
      { name: 'account', pattern: NAME_PATTERNS.azureAccount },
      { name: 'container', pattern: NAME_PATTERNS.azureContainer },
    ],
    credentials: 'set AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN',
  },
  swift: {
    text: 'swift://CONTAINER or swift://CONTAINER/PREFIX',
    parts: [{ name: 'container', pattern: NAME_PATTERNS.swiftContainer }],
    credentials: 'set the OS_* variables, or ST_AUTH, ST_USER and ST_KEY',
  },
};

/**
 * Converts the URL of an object store, and `--storage-endpoint`.
 * @throws RegadmError (USAGE) that repeats nothing that can be a password
 */
export function storeUrl(scheme: string, url: string, endpoint: string | undefined): Place {
  if (scheme !== 's3' && scheme !== 'azure' && scheme !== 'swift')
    throw usageError(`--storage ${scheme}://…: unknown scheme`, [
      'pass a directory, or s3://BUCKET[/ROOT], azure://ACCOUNT/CONTAINER[/ROOT] or swift://CONTAINER[/PREFIX]',
    ]);
  const [first, second] = partsOf(scheme, url);
  const { directory } = second ?? first!;
  const common = { directory, endpoint: endpoint === undefined ? undefined : endpointFlag(endpoint, scheme) };
  if (scheme === 's3') return { kind: scheme, bucket: first!.value, ...common };
  if (scheme === 'swift') return { kind: scheme, container: first!.value, ...common };
  return { kind: scheme, account: first!.value, container: second!.value, ...common };
}

/** Returns the parts of a URL, each with the directory after it. */
function partsOf(scheme: Place['kind'], url: string): { value: string; directory: string }[] {
  hideUserInfo(url);
  const { text, parts, credentials } = FORMS[scheme];
  const form = [`write it as ${text}`];
  const names = url.slice(`${scheme}://`.length).replace(/\/+$/, '').split('/');
  if (names[0]!.includes('@'))
    throw usageError(`--storage ${scheme}://…: it contains a user or a password`, [...form, credentials]);
  const found = parts.map(({ name, pattern }, at) => {
    const value = names[at] ?? '';
    if (value === '') throw usageError(`--storage ${scheme}://…: the name of the ${name} is missing`, form);
    if (!pattern.test(value)) throw usageError(`--storage ${scheme}://…: the name of the ${name} is not valid`, form);
    return { value, directory: names.slice(at + 1).join('/') };
  });
  if (!areDirectoryNames(names.slice(parts.length)))
    throw usageError(`--storage ${scheme}://…: the root directory is not valid`, form);
  return found;
}

function endpointFlag(text: string, scheme: Place['kind']): string {
  hideUserInfo(text);
  const url = URL.canParse(text) && /^https?:\/\//i.test(text) ? new URL(text) : undefined;
  if (url && url.username + url.password + url.search + url.hash === '') {
    // The account can be in the path, as in the emulator of Azure and in Swift.
    if (scheme !== 's3') return url.href.replace(/\/+$/, '');
    if (url.pathname === '/') return url.origin;
  }
  throw usageError('--storage-endpoint: not the URL of an object storage', [
    `write it as https://HOST[:PORT]${scheme === 's3' ? '' : '[/PATH]'}`,
  ]);
}
