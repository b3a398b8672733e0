import type { KubeObject } from '../../src/core/model/kube.js';
import type { PolicyRule, Sandbox } from '../../src/sandbox/index.js';

/** A request in the terms of the API server's authorizer. */
interface Access {
  verb: string;
  group: string;
  resource: string;
  namespace?: string;
  name?: string;
}

const PATH =
  /^\/(?:api|apis\/(?<group>[^/]+))\/[^/]+\/(?:namespaces\/(?<namespace>[^/]+)\/)?(?<resource>[^/?]+)(?:\/(?<name>[^/?]+))?/;

function accessOf({ method, path }: { method: string; path: string }): Access {
  const { group = '', namespace, resource = '', name } = PATH.exec(path)!.groups!;
  const read = name === undefined ? (/[?&]watch=(?:1|true)/.test(path) ? 'watch' : 'list') : 'get';
  const verb = { GET: read, PATCH: 'patch', POST: 'create', DELETE: 'delete', PUT: 'update' }[method]!;
  return { verb, group, resource, namespace, name };
}

/** Returns each verb of each printed rule, as one permission. */
export function permissionsIn(objects: KubeObject[]): Access[] {
  return objects
    .filter(({ kind }) => kind === 'Role' || kind === 'ClusterRole')
    .flatMap(({ metadata, rules }) =>
      (rules as PolicyRule[]).flatMap(({ verbs, apiGroups, resources, resourceNames }) =>
        verbs.flatMap((verb) =>
          (resourceNames ?? [undefined]).map((name) => ({
            verb,
            group: apiGroups![0]!,
            resource: resources![0]!,
            namespace: metadata.namespace,
            name,
          })),
        ),
      ),
    );
}

function isUsed(permission: Access, requests: Access[]): boolean {
  return requests.some(
    (request) =>
      request.verb === permission.verb &&
      request.group === permission.group &&
      request.resource === permission.resource &&
      (permission.namespace === undefined || permission.namespace === request.namespace) &&
      (permission.name === undefined || permission.name === request.name),
  );
}

/** Returns the requests to the API server, without reviews, which everyone may create. */
function requestsTo(sandbox: Sandbox): Access[] {
  return sandbox.requests
    .filter(({ server, path }) => server === 'api' && !path.includes('/selfsubjectaccessreviews'))
    .map(accessOf);
}

/**
 * Creates the printed roles in a sandbox, and forgets its requests.
 * @returns the kubeconfig of the service account
 */
export function createAccess(sandbox: Sandbox, account: string, printed: KubeObject[]): string {
  for (const object of printed) {
    const { kind = '' } = object;
    if (/Role/.test(kind)) sandbox.store.put(`${kind.toLowerCase()}s`, object);
  }
  const { kubeconfig } = sandbox.addUser(`system:serviceaccount:openshift-image-registry:${account}`, []);
  sandbox.requests.length = 0;
  return kubeconfig;
}

/** Returns the printed permissions that no request has needed. */
export function unusedPermissions(sandbox: Sandbox, printed: KubeObject[]): Access[] {
  const requests = requestsTo(sandbox);
  return permissionsIn(printed).filter((permission) => !isUsed(permission, requests));
}
