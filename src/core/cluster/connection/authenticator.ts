import type { KubeConfig } from '@kubernetes/client-node';

/** What client-node asks for credentials; it does not export this type. */
export type Authenticator = Parameters<KubeConfig['addAuthenticator']>[0];

/** An authenticator that keeps its credentials. */
export interface KeepingAuthenticator extends Authenticator {
  /** Time from which it gets new credentials, in ms since the epoch; Infinity if they do not expire. */
  readonly renewAt: number;
  /** Makes the next use get new credentials: a server has rejected the ones that it keeps. */
  discard(): void;
}
