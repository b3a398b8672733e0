/** What users can do if the registry does not let them read or push images. */
export const CONTENT_ADVICE = {
  grantPull: (namespace: string) =>
    `let the user pull: oc policy add-role-to-user registry-viewer USER -n ${namespace} (or the role system:image-puller)`,
  grantPullEverywhere:
    'or let the user pull from every project: oc adm policy add-cluster-role-to-user registry-viewer USER',
  grantPush: (namespace: string) =>
    `let the user push: oc policy add-role-to-user system:image-pusher USER -n ${namespace}`,
  showQuota: (namespace: string) => `show them: oc -n ${namespace} describe resourcequotas,limitranges`,
  withoutRedirects:
    'if this machine cannot reach the storage, let the registry serve the content itself: set spec.disableRedirect to true in configs.imageregistry.operator.openshift.io/cluster',
} as const;
