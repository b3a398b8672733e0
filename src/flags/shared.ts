import { Flags } from '@oclif/core';

/** How the cluster is reached: names and meaning as in `oc` and `kubectl`. */
export const clusterFlags = {
  kubeconfig: Flags.string({
    helpGroup: 'CLUSTER',
    helpValue: 'FILE',
    description:
      'kubeconfig to use; without it KUBECONFIG (may list several files), ~/.kube/config, or the service account of the pod',
  }),
  context: Flags.string({ helpGroup: 'CLUSTER', helpValue: 'NAME', description: 'context of the kubeconfig to use' }),
  cluster: Flags.string({ helpGroup: 'CLUSTER', helpValue: 'NAME', description: 'cluster of the kubeconfig to use' }),
  user: Flags.string({ helpGroup: 'CLUSTER', helpValue: 'NAME', description: 'user of the kubeconfig to use' }),
  server: Flags.string({ char: 's', helpGroup: 'CLUSTER', helpValue: 'URL', description: 'address of the API server' }),
  token: Flags.string({
    helpGroup: 'CLUSTER',
    helpValue: 'TOKEN',
    description: 'bearer token for the API server and the registry',
  }),
  as: Flags.string({ helpGroup: 'CLUSTER', helpValue: 'USER', description: 'act as this user' }),
  'as-group': Flags.string({
    helpGroup: 'CLUSTER',
    helpValue: 'GROUP',
    multiple: true,
    multipleNonGreedy: true,
    description: 'act as a member of this group; may be repeated',
  }),
  'insecure-skip-tls-verify': Flags.boolean({
    helpGroup: 'CLUSTER',
    allowNo: true,
    description: "do not check the API server's certificate",
  }),
  'request-timeout': Flags.string({
    helpGroup: 'CLUSTER',
    helpValue: 'DURATION',
    default: '0',
    description: 'how long one request may take (30s, 2m, or seconds); 0 for the built-in limits',
  }),
};

/** What every command takes. */
export const commonFlags = {
  loglevel: Flags.integer({
    char: 'v',
    helpGroup: 'OUTPUT',
    helpValue: 'N',
    default: 0,
    min: 0,
    max: 10,
    description: 'how much is said on stderr: 4 why each thing is kept, 6 requests, 8 requests in detail',
  }),
  'no-color': Flags.boolean({ helpGroup: 'OUTPUT', allowNo: false, description: 'no colours; NO_COLOR does the same' }),
};

/** `-o json` and its short form `--json`, for commands whose result is one document. */
export function outputFlags<const T extends string>(options: readonly T[], fallback: T) {
  return {
    output: Flags.string({
      char: 'o',
      helpGroup: 'OUTPUT',
      options: [...options],
      default: fallback,
      description: 'form of the result on stdout',
    }),
    json: Flags.boolean({ helpGroup: 'OUTPUT', allowNo: false, description: 'the same as -o json' }),
  };
}

/** How the registry is reached. */
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
