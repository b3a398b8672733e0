import type { HttpResponse } from '../transport.js';
import { printable } from './printable.js';

/** End of the realm in the challenge of an OpenShift registry (openshift/image-registry). A service can follow it. */
const OPENSHIFT_REALM = '/openshift/token';
/** Challenge of an OpenShift registry for a token that may not do what was requested; both realms are defaults. */
const OPENSHIFT_BASIC = /^Basic\s+realm="?(openshift|origin)\b/i;

/** What a server asks for. It only describes the server: regadm never requests a token there. */
export interface BearerChallenge {
  /** Who issues the tokens: `registry.docker.io`, or the URL of the realm. */
  service: string;
  isOpenShift: boolean;
}

/** Returns the Bearer challenge of a response; undefined without one, and if it names nobody. */
export function bearerChallenge({ headers }: HttpResponse): BearerChallenge | undefined {
  const challenge = String(headers['www-authenticate'] ?? '');
  if (!/^Bearer\s/i.test(challenge)) return undefined;
  const realm = parameter(challenge, 'realm')?.split('?', 1)[0];
  const service = printable(parameter(challenge, 'service') || realm || '');
  return service ? { service, isOpenShift: realm?.endsWith(OPENSHIFT_REALM) ?? false } : undefined;
}

/** True for the Basic challenge of an OpenShift registry. */
export function isOpenShiftBasic(challenge: string): boolean {
  return OPENSHIFT_BASIC.test(challenge);
}

/** Returns the realm of a Basic challenge that no OpenShift registry has by default; undefined for others. */
export function otherRealm({ headers }: HttpResponse): string | undefined {
  const challenge = String(headers['www-authenticate'] ?? '');
  if (!/^Basic\s/i.test(challenge) || OPENSHIFT_BASIC.test(challenge)) return undefined;
  return printable(parameter(challenge, 'realm') ?? '') || undefined;
}

/** Returns a parameter of a challenge, which can be quoted. */
function parameter(challenge: string, name: string): string | undefined {
  const found = new RegExp(`\\b${name}=(?:"([^"]*)"|([^\\s,"]+))`, 'i').exec(challenge);
  return found?.[1] ?? found?.[2];
}
