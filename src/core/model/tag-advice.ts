/** How to get the permission to remove a tag from the spec of an image stream, which the role of pruners lacks. */
export const GRANT_TAG_DELETION = [
  'to let a policy remove tags from the spec of image streams, create a cluster role and give it to the user: oc create clusterrole regadm-tag-remover --verb=delete --resource=imagestreamtags.image.openshift.io; oc adm policy add-cluster-role-to-user regadm-tag-remover USER',
  'in one namespace, the role edit has this permission, too: oc adm policy add-role-to-user edit USER -n NAMESPACE',
];
