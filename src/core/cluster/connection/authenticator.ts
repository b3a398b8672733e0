import type { KubeConfig } from '@kubernetes/client-node';

/** What client-node asks for credentials; it does not export this type. */
export type Authenticator = Parameters<KubeConfig['addAuthenticator']>[0];
