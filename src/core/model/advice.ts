import { PRUNER_ROLE } from './openshift.js';

/** The command that gives a user the role of pruners. */
const GRANT_TO_USER = `oc adm policy add-cluster-role-to-user ${PRUNER_ROLE} USER`;

/** Quotes a value that a shell would expand. */
function quoted(value: string): string {
  return value.includes('*') ? `'${value}'` : value;
}

/**
 * What users can do about the problems that the API server, the registry, its storage and its operator cause, in terms
 * of the command line. The directories that talk to them know no flag and no command: their errors name the advice.
 */
export const ADVICE = {
  // connection to the API server
  kubeconfig: 'log in with oc login, set KUBECONFIG, or pass --kubeconfig FILE',
  ownKubeconfig: 'or pass a kubeconfig of your own: --kubeconfig FILE',
  serverAuthority: 'check certificate-authority in the kubeconfig; as a last resort --insecure-skip-tls-verify',
  serverCertificateName:
    'use a name that the certificate is for in the server of the kubeconfig (or --server), or set it as tls-server-name; as a last resort --insecure-skip-tls-verify',
  serverCertificateTime:
    "check this machine's clock; if it is right, the API server needs a new certificate; as a last resort --insecure-skip-tls-verify",
  tlsServerName: (name: string) =>
    `correct or remove tls-server-name in the kubeconfig: regadm expects a certificate for ${name} because of it`,
  serverConnection: 'check the server in the kubeconfig (or --server), the network and the proxy settings',
  serverHttps: 'write the server in the kubeconfig (or --server) with https://',
  serverPlain:
    'check the port of the server in the kubeconfig (or --server): an API server speaks HTTPS, usually on port 6443; only a local proxy, such as that of oc proxy, is written with http://',
  proxyInFront: 'is a proxy in front of the API server? check the server in the kubeconfig (or --server)',
  serverIsApi: 'is it an API server? check the server in the kubeconfig (or --server)',
  /** For an API group that another server serves. */
  apiServiceAway: (service: string, operator?: string) =>
    `see why it is not available: oc get apiservices ${service}${operator === undefined ? '' : `; oc get clusteroperator ${operator}`}`,
  apiServerAway: 'see why it is not available: oc get clusteroperator kube-apiserver etcd',
  serverIsOpenShift: (url: string) =>
    `is ${url} an OpenShift API server? check the server in the kubeconfig (or --server)`,

  // credentials and permissions
  logIn: 'log in (oc login), or pass --token',
  logInAgain: 'log in again (oc login), or pass a valid --token',
  impersonatedUser:
    'pass --as with the user, or set "as" in the kubeconfig; or remove --as-group and the fields as-groups, as-uid and as-user-extra',
  certificatePair: (missing: string) =>
    `add ${missing} or ${missing}-data to the user, log in (oc login), or pass --token`,
  token: 'correct the token in the kubeconfig, or pass --token',
  givenToken: 'pass a single token, such as that of oc whoami -t',
  tokenFile: 'correct tokenFile in the kubeconfig, or pass --token',
  installPlugin: 'install the program, or pass --token',
  admission: 'an admission webhook or policy of the cluster refused it: ask whoever operates that to allow it',
  execPermission: 'the user needs the permission to create pods/exec in that namespace',
  podState: (namespace: string, pod: string) =>
    `check whether the pod and its container are running, then try again: oc -n ${namespace} get pod ${pod}`,
  podNode: (namespace: string, pod: string) =>
    `check the pod's node and its kubelet, then try again: oc -n ${namespace} get pod ${pod} -o wide; oc get nodes`,
  refreshCredentials: 'run the login again (oc login), or pass --token',
  grantPull:
    'grant the user a role that allows pulling: oc adm policy add-cluster-role-to-user registry-viewer USER, or for one namespace: oc policy add-role-to-user system:image-puller USER -n NAMESPACE',
  grantPruner: `give the user the role: ${GRANT_TO_USER}`,
  grantBasicUser:
    'give the user the role that every logged-in user normally has: oc adm policy add-cluster-role-to-user basic-user USER',
  askForPruner: `ask for the cluster role ${PRUNER_ROLE}: ${GRANT_TO_USER}`,
  grantPrunerToSee: `give the user the role, because a prune deletes nothing unless it sees all uses: ${GRANT_TO_USER}`,
  /** @param permission such as `patch configs.imageregistry.operator.openshift.io` */
  askForAdministrator: (permission: string) =>
    `ask a cluster administrator for the permission to ${permission}: the cluster role cluster-admin has it, ${PRUNER_ROLE} does not`,
  fewerReferrers:
    'or look only where images are usually used: --referrers=extended needs no permission besides the role system:image-pruner',
  /** @param names of resources that the user may not list, such as `tasks.tekton.dev` */
  grantSearch: (names: readonly string[]) =>
    `grant it: oc create clusterrole regadm-search --verb=list --resource=${names.join(',')} && oc adm policy add-cluster-role-to-user regadm-search USER`,
  /** @param names of resources that can be the only users of images, and that the user may not list */
  grantReferrers: (names: readonly string[]) =>
    `grant it: oc create clusterrole regadm-referrers --verb=list --resource=${names.join(',')} && oc adm policy add-cluster-role-to-user regadm-referrers USER`,
  grantDiscovery:
    'give the user the role that every logged-in user normally has: oc adm policy add-cluster-role-to-user system:discovery USER',
  /** @param names values of --skip-resource */
  skipResources: (names: readonly string[]) =>
    `or skip ${names.length === 1 ? 'it' : 'them'}: ${names.map((name) => `--skip-resource=${quoted(name)}`).join(' ')}; images that only ${names.length === 1 ? 'its' : 'their'} objects name are then not kept`,

  // connection to the registry
  registryAddress: 'pass --registry-url',
  integratedRegistry: 'pass --registry-url with the address of the integrated registry',
  redirectTarget: 'pass --registry-url with the address of the registry itself',
  certificateName: 'pass --registry-url with a name that the certificate is for',
  httpsAddress: 'pass --registry-url with https://, and --certificate-authority with the file of its authority',
  exposeRegistry:
    'expose the registry (oc patch configs.imageregistry.operator.openshift.io/cluster --type merge -p \'{"spec":{"defaultRoute":true}}\') and pass --registry-url',
  registryAuthority:
    "pass --certificate-authority with the file of the authority that signed the registry's certificate",
  unverifiedRegistry:
    'as a last resort pass --force-insecure (without --certificate-authority): the server is then not verified',
  unencryptedRegistry: 'or pass --force-insecure: the token then travels unencrypted',
  registryRunning: 'check whether the registry is running: regadm registry status',
  registryReachable:
    'check whether the registry is running, and what is between it and this machine: regadm registry status',
  registryDeletes: 'check whether deletion is enabled: regadm registry status',
  apiObjectsOnly:
    'pass --prune-registry=false to prune API objects only: links and blobs then remain in the storage of the registry',
  slowStorage: 'the storage limits the rate of requests: run again later, with fewer --num-workers',
  checkStorage: "check the registry's storage",
  registryLog: 'read what the registry says about it: oc -n openshift-image-registry logs deployment/image-registry',
  storagePlace: "check the bucket or container in the registry's configuration: regadm registry status",

  // mode of the registry
  endReadOnly: 'end the read-only mode: regadm registry readonly off',
  readOnlyWithoutLock:
    'the registry is read-only (spec.readOnly), and no lock shows who has set it; if it should not be: regadm registry readonly off',
  stillReadOnly: 'the registry is still read-only: regadm registry readonly off',
  showRollout: 'show the progress of the roll-out: regadm registry readonly',
  modeStays: (readOnly: boolean, losesImages: boolean) =>
    `the request for ${readOnly ? 'read-only' : 'read-write'} mode stays set (spec.readOnly: ${readOnly}); undo it${losesImages ? ', which is a roll-out, too' : ''}: regadm registry readonly ${readOnly ? 'off' : 'on'}${losesImages ? ' --accept-data-loss' : ''}`,
  modeUncertain: (readOnly: boolean) =>
    `the request can be set although the response does not state it; show it: regadm registry readonly; undo it: regadm registry readonly ${readOnly ? 'off' : 'on'}`,
  modeChangedByOthers: 'another user has changed the request (spec.readOnly) since; show it: regadm registry readonly',
  startReadOnly: 'switch it first (regadm registry readonly on), or use --read-only=auto',
  manage: 'set it to Managed, or switch the registry manually and use --read-only=required',
  manageMode: 'set it to Managed, or switch the registry manually in its Deployment',
  modeOfNoRegistry: 'there is no registry whose mode could be changed; set managementState to Managed to run one',

  // storage
  storageAuthority: "name the authority of the storage's certificate with --storage-ca FILE",
  storageEndpoint: 'check --storage-endpoint, the network and the proxy settings',
  swiftLogin: 'check OS_AUTH_URL or ST_AUTH, the network and the proxy settings',
  s3Bucket: 'check the name of the bucket, --storage-endpoint and --storage-region',
  s3Credentials:
    'check the credentials: --storage-credentials FILE, the AWS_* variables, or the shared credentials file (AWS_PROFILE)',
  s3Endpoint: 'check --storage-endpoint: does an S3 service answer there?',
  s3Region: (region: string) => `pass --storage-region ${region}`,
  azureContainer: 'check the account and the container, and --storage-endpoint',
  azureCredentials: 'set AZURE_STORAGE_KEY to a key of the account, or AZURE_STORAGE_SAS_TOKEN',
  /** What else users can do when the settings of the registry do not lead to its storage. */
  nameStorage:
    'or name the storage and give your own credentials: --storage s3://BUCKET, azure://ACCOUNT/CONTAINER or swift://CONTAINER',
  nameThisStorage: ({ url, endpoint, region }: { url: string; endpoint?: string; region?: string }) =>
    [
      `or name the storage and give your own credentials: --storage ${url}`,
      ...(endpoint === undefined ? [] : [`--storage-endpoint ${endpoint}`]),
      ...(region === undefined ? [] : [`--storage-region ${region}`]),
    ].join(' '),
  nameFormerStorage: 'name the storage of the former registry with --storage URL or DIR, and add --read-only=skip',
  grantReading: ({ resource, namespace, name }: { resource: string; namespace: string; name: string }) =>
    `grant the permission: oc -n ${namespace} create role regadm-storage --verb=get --resource=${resource} --resource-name=${name}; oc -n ${namespace} create rolebinding regadm-storage --role=regadm-storage --user=USER`,
  showStorageSettings:
    "look at the registry's settings: oc get configs.imageregistry.operator.openshift.io cluster -o yaml; oc -n openshift-image-registry set env deployment/image-registry --list",
  showStorageSecret:
    "look at the registry's credentials: oc -n openshift-image-registry describe secret image-registry-private-configuration; the operator writes it: oc describe clusteroperator image-registry",
  correctDeployment:
    'set the variable to a value that can be read: oc -n openshift-image-registry set env deployment/image-registry',
  trustedAuthorities: (name: string) =>
    `put the certificate of the authority into key ca-bundle.crt of config map ${name} in openshift-config, or pass --storage-ca FILE`,
  insideCluster:
    'the storage is a service of the cluster, which usually cannot be reached from outside: run regadm there (regadm prune hard --print-job), or name the storage by a route to it',
  insideNetwork:
    "the account accepts connections only from the cluster's network: run regadm there (regadm prune hard --print-job)",
  grantTokens:
    'to use the role of the registry, get the permission to request its tokens: oc -n openshift-image-registry create role regadm-tokens --verb=create --resource=serviceaccounts/token --resource-name=registry; oc -n openshift-image-registry create rolebinding regadm-tokens --role=regadm-tokens --user=USER',
  waitForStorage:
    'wait until the operator has rolled the registry out, and look at what it reports: oc describe clusteroperator image-registry',
  pruneInPod: "prune it in the registry's pod: regadm prune hard, without --storage",
  pruneInPodInstead: "or omit --storage: regadm prune hard then runs the registry's own pruner in its pod",
  pruneMountedClaim: 'print a Job that mounts the claim and prunes it: regadm prune hard --print-job --image IMAGE',
  mountVolume: 'or mount the volume and name the directory: --storage DIR',
  directoryOfNode: 'run regadm on the node that has the directory, with --storage DIR',
  storageOfNoRegistry: 'there is no registry; prune its volume with --storage DIR --read-only=skip',
  storageWithoutOperator:
    'prune a registry without the operator with --storage DIR --read-only=skip, while nobody pushes to it',
  acceptDataLoss:
    'copy the images that are still needed to another registry first (oc image mirror), then pass --accept-data-loss',
  findStorage: [
    'find out where the registry keeps its images: oc -n openshift-image-registry get deployment image-registry -o yaml; oc get configs.imageregistry.operator.openshift.io cluster -o yaml',
    'if they are in a persistent volume or an object storage, pass --accept-data-loss: nothing is lost then',
  ],
  restartRefused: 'without --dry-run, this command refuses unless --accept-data-loss is given',
  persistentStorage:
    'to keep images in the future, set a persistent storage (spec.storage of configs.imageregistry.operator.openshift.io/cluster); this is a roll-out, too',
  storageWithoutShell:
    "the container has no shell, which regadm needs in the pod: prune the registry's volume with --storage DIR",
  anyPod: 'name a pod that is running and ready, or omit --pod to use any of them',
  storageWithoutPod:
    "check the operator: oc get clusteroperator image-registry; or prune the registry's volume with --storage DIR",

  // blob cache
  /** How to turn it off permanently: only an Unmanaged operator leaves the Deployment as it is. */
  cacheOff: [
    `if restarts are not an option, turn the cache off permanently: oc patch configs.imageregistry.operator.openshift.io/cluster --type=merge -p '{"spec":{"managementState":"Unmanaged"}}'`,
    "then: oc -n openshift-image-registry set env deployment/image-registry REGISTRY_STORAGE_CACHE_BLOBDESCRIPTOR= (empty, not removed: without the variable, the image's own configuration turns the cache on)",
    'while Unmanaged, the operator changes nothing in the registry, including its read-only mode and its updates',
  ],
  /** The same for a registry whose images are in an emptyDir. */
  cacheOffIsRollout: [
    'turning the cache off permanently is a roll-out, too, and deletes all images: set a persistent storage first',
  ],
  redisAddress: 'check the address of --redis-url; the name of a Service works only in the cluster',
  redisAuthority: 'pass the certificate of the authority that signed it with --redis-ca',
  emptyRedis:
    'until it is empty, pushes can miss layers that the registry believes to exist: regadm registry restart --redis-url URL',

  // another hard prune
  recover: 'restore the registry first: regadm prune hard --recover',
  recoverLater: (seconds: number) =>
    `wait until it has finished; if it was killed, regadm prune hard --recover can take over ${seconds} s after the last renewal`,
  recoverAfterEnd:
    'wait until it has ended, then try again; if the earlier run was killed: regadm prune hard --recover',
  recoverAfterPruner:
    'the registry stays in read-only mode, because pushes could lose data; when the process has ended: regadm prune hard --recover',
  recoverIfLocked:
    'the deletion was stopped; check the registry with regadm registry readonly, and run regadm prune hard --recover if that prints a warning',
  recoverIfLockKept:
    'the registry lock can still be set; regadm registry readonly prints a warning then: run regadm prune hard --recover',
  unfinishedHardPrune: 'run: regadm prune hard --recover',
} as const;

/** How the user allowed a connection that is not verified, for warnings. */
export const ALLOWED_BY = {
  insecure: '--force-insecure',
  plainAddress: 'http:// in --registry-url',
  kubeconfig: "insecure-skip-tls-verify of the kubeconfig's cluster",
} as const;

/** Warning about requests to the registry while the API server's run as another user. */
export const NOT_IMPERSONATED = (user: string): string =>
  `--as does not apply to the registry, which has no impersonation: its requests run as the user of the token, not as ${user}`;

/**
 * Warning about resources that `--referrers=all` does not search.
 * @param known those whose image fields are read in any case
 */
export const NOT_SEARCHED = (names: readonly string[], known: readonly string[]): string =>
  [
    `not searched (--skip-resource): ${names.join(', ')}`,
    'images that only their objects name are not kept',
    ...(known.length > 0 ? [`the image fields of ${known.join(', ')} count as with --referrers=extended`] : []),
  ].join('; ');

/** Warning about a value of `--skip-resource` that matches nothing. */
export const NOTHING_TO_SKIP = (name: string, suggestions: readonly string[]): string =>
  [
    `--skip-resource=${name} has no effect: the cluster has no such resource, or it is never searched`,
    ...suggestions,
  ].join('; ');
