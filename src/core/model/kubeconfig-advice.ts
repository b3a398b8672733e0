/** What to do about a kubeconfig in which something is missing or cannot be used. */
export const KUBECONFIG_ADVICE = {
  existing: 'pass an existing file to --kubeconfig or KUBECONFIG',
  context: 'choose a context with --context, or pass --server',
  serverAddress: 'write it as https://api.example.com:6443, or pass --server',
  /** @param where the files, in parentheses */
  contextUser: (where: string) => `correct the user of the context${where}, choose a user with --user, or pass --token`,
  clientCertificate: (field: string) => `correct ${field} in the kubeconfig, log in (oc login), or pass --token`,
  authority:
    'correct certificate-authority in the kubeconfig: it names a PEM file with the certificate of the authority that signed that of the API server',
};
