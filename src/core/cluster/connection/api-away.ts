import { isWebPage } from '../../kit/web-page.js';
import { ADVICE } from '../../model/advice.js';
import type { ApiResponse } from '../api.js';

/** Statuses of the API server, or of a proxy in front of it, for a server that does not answer. */
const AWAY = new Set([502, 503, 504]);

/**
 * The cluster operators of the servers to which the API server forwards requests, by API group.
 * @see https://github.com/openshift/cluster-openshift-apiserver-operator
 */
const OPERATORS: ReadonlyMap<string, string> = new Map([
  ...['apps', 'authorization', 'build', 'image', 'project', 'quota', 'route', 'security', 'template'].map(
    (name) => [`${name}.openshift.io`, 'openshift-apiserver'] as const,
  ),
  ['oauth.openshift.io', 'authentication'],
  ['user.openshift.io', 'authentication'],
  ['metrics.k8s.io', 'monitoring'],
  ['packages.operators.coreos.com', 'operator-lifecycle-manager-packageserver'],
]);

/** What is away, for the message, and what to look at. */
interface ApiAway {
  problem?: string;
  suggestions: string[];
}

/** Explains a response of a server that does not answer, or not to plain HTTP; undefined for other responses. */
export function apiAway(response: ApiResponse): ApiAway | undefined {
  const { status, request } = response;
  if (isTlsPort(response)) return { problem: EXPECTS_HTTPS, suggestions: [ADVICE.serverHttps] };
  if (!AWAY.has(status)) return undefined;
  const suggestions = pageRemedies(response) ?? [];
  const [, group, version] = /^\S+ \/apis\/([^/?]+)\/([^/?]+)/.exec(request) ?? [];
  if (group === undefined || version === undefined || !isAggregated(group))
    return { suggestions: [...suggestions, ADVICE.apiServerAway] };
  const service = `${version}.${group}`;
  return {
    problem: `the API service ${service} is not available`,
    suggestions: [...suggestions, ADVICE.apiServiceAway(service, OPERATORS.get(group))],
  };
}

const EXPECTS_HTTPS = 'the server expects HTTPS, but the request was plain HTTP';

/** True for what servers in Go, nginx, and Apache answer to plain HTTP on a TLS port. */
function isTlsPort({ status, body }: ApiResponse): boolean {
  return (
    status === 400 &&
    /HTTP request to an HTTPS server|plain HTTP request was sent to HTTPS port|plain HTTP to an SSL-enabled/i.test(
      body.toString(),
    )
  );
}

/** Suffixes of groups that the API server itself serves, some of them as custom resources. */
const OWN_GROUPS = /(^|\.)(k8s\.io|config\.openshift\.io|operator\.openshift\.io)$/;

/** True for a group that another server can serve. The names of the oldest groups have no dot: `apps`. */
function isAggregated(group: string): boolean {
  return OPERATORS.has(group) || (group.includes('.') && !OWN_GROUPS.test(group));
}

/** Returns what to do about a web page, which no API server sends; undefined for other responses. */
export function pageRemedies({ status, headers, body, proxyRemedies = [] }: ApiResponse): string[] | undefined {
  if (!isWebPage({ headers, text: body.toString() })) return undefined;
  return [...proxyRemedies, ADVICE.proxyInFront, ...(status === 401 ? [ADVICE.logInAgain] : [])];
}
