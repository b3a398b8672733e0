import { inRegistryNamespace, podSelector } from './labels.js';

const descriptionOf = (pods: string): string =>
  `Allows the outgoing traffic of the pods that ${pods}. Since OpenShift 4.22, the namespace denies all traffic that no NetworkPolicy allows.`;

/**
 * Returns the NetworkPolicy for the pods' own label. The pods need the API server, DNS, and the registry or its
 * storage, and with `--registry-url` or a proxy also addresses that only the cluster's administrator knows. A
 * NetworkPolicy names addresses and pods, not host names, and the API server's addresses are those of the control plane
 * nodes, which change. The port of a Service is not the one of its pods, which the policy would have to name.
 * Therefore, the policy allows everything out. It allows nothing in: nothing connects to these pods.
 * @param pods what they do, for its description
 */
export function networkPolicy(app: string, pods = 'prune'): object {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: inRegistryNamespace(app, { 'kubernetes.io/description': descriptionOf(pods) }),
    spec: { podSelector: { matchLabels: podSelector(app) }, policyTypes: ['Egress'], egress: [{}] },
  };
}
