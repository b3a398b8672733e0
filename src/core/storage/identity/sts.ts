import { hideSecret } from '../../kit/secrets/known.js';
import { RegadmError } from '../../model/errors.js';
import type { S3Credentials } from '../credentials.js';
import { headerOf, StoreClient, type ConnectOptions, type StoreResponse } from '../http/client.js';
import { childrenOf, parseAnswer, textOf, type XmlElement } from '../http/xml.js';
import type { Expiring } from './renewing.js';

/** A role of AWS that a token of a service account can assume. */
interface WebIdentity {
  roleArn: string;
  /** Region of AWS, whose STS is asked. */
  region: string;
  token: string;
}

/** Lifetime of the credentials, in seconds: the default of roles, and what each of them allows. */
const LIFETIME_SECONDS = 3600;

/**
 * Assumes a role of AWS (AssumeRoleWithWebIdentity).
 * @throws RegadmError STORAGE_DENIED if STS refuses, STORAGE_ERROR, STORAGE_UNREACHABLE
 */
export async function assumeRole(
  identity: WebIdentity,
  connect: ConnectOptions & { signal?: AbortSignal },
): Promise<Expiring<S3Credentials>> {
  const url = stsUrl(identity.region, connect.env ?? process.env);
  const client = await StoreClient.connect('STS of AWS', url, connect);
  try {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const { pathname } = new URL(url);
    const request = { method: 'POST', path: pathname, headers, body: formOf(identity) } as const;
    return read(await client.send(() => request, { signal: connect.signal }));
  } finally {
    await client.close();
  }
}

/** The variable is the one that AWS's own programs use. */
function stsUrl(region: string, { AWS_ENDPOINT_URL_STS: named }: NodeJS.ProcessEnv): string {
  if (!named) return `https://sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
  if (URL.canParse(named) && /^https?:\/\//i.test(named)) return named;
  throw new RegadmError('AWS_ENDPOINT_URL_STS is not a URL of the form https://HOST[:PORT]', { code: 'STORAGE_ERROR' });
}

function formOf({ roleArn, token }: WebIdentity): string {
  return new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: roleArn,
    RoleSessionName: 'regadm',
    WebIdentityToken: token,
    DurationSeconds: String(LIFETIME_SECONDS),
  }).toString();
}

function read(response: StoreResponse): Expiring<S3Credentials> {
  if (response.status !== 200) throw refused(response);
  const credentials = find(
    response.body,
    'AssumeRoleWithWebIdentityResponse',
    'AssumeRoleWithWebIdentityResult',
    'Credentials',
  );
  const text = (name: string): string => (credentials && textOf(credentials, name)?.trim()) || '';
  const value = {
    accessKeyId: text('AccessKeyId'),
    secretAccessKey: text('SecretAccessKey'),
    sessionToken: text('SessionToken'),
  };
  for (const secret of Object.values(value)) hideSecret(secret);
  const expiry = Date.parse(text('Expiration'));
  if (Object.values(value).includes('') || Number.isNaN(expiry))
    throw new RegadmError('STS of AWS answers without credentials', { code: 'STORAGE_ERROR' });
  // The clocks can differ.
  const there = Date.parse(headerOf(response, 'date') ?? '');
  return { value, expiresAt: Number.isNaN(there) ? expiry : Date.now() + expiry - there };
}

/** Messages of STS can contain the token: only its code is shown. */
function refused({ status, body }: StoreResponse): RegadmError {
  const error = find(body, 'ErrorResponse', 'Error');
  const code = (error && textOf(error, 'Code'))?.replaceAll(/[^\w.-]/g, '?').slice(0, 100);
  const what = code === undefined ? `status ${status}` : `${code} (status ${status})`;
  return new RegadmError(`STS of AWS refuses the role: ${what}`, {
    code: status < 500 ? 'STORAGE_DENIED' : 'STORAGE_ERROR',
  });
}

/** Finds an element of a document; undefined if the answer is another one. */
function find(body: Buffer, document: string, ...names: string[]): XmlElement | undefined {
  try {
    let element: XmlElement | undefined = parseAnswer(body, document);
    for (const name of names) element = element && childrenOf(element, name)[0];
    return element;
  } catch {
    return undefined;
  }
}
