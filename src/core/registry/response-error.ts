import { ADVICE } from '../model/advice.js';
import { RegistryError } from './error.js';
import { failure } from './failure.js';
import type { HttpResponse } from './transport.js';
import { bearerChallenge, otherRealm, type BearerChallenge } from './response/challenge.js';
import { deniesAccess, describe, isReadOnly, READ_ONLY, unexpected, type Problem } from './response/problems.js';
import { registryErrorIn, type RegistryMessage } from './response/registry-message.js';
import { isWebPage } from '../kit/web-page.js';

/** The details of a request for its error message. */
export interface RequestDescription {
  /** Method and URL, without credentials: `DELETE https://…`. */
  url: string;
  what: 'layer-link' | 'manifest-link' | 'blob' | 'manifest' | 'login';
  hasToken: boolean;
  /** What to do about the proxy, if there is one. */
  proxyRemedies?: readonly string[];
}

/** Creates the error for an unexpected response. */
export function responseError(response: HttpResponse, request: RequestDescription): RegistryError {
  const message = registryErrorIn(response);
  const [code, what, ...suggestions] = problemIn(response, request, message);
  const { status } = response;
  return new RegistryError(what, {
    kind: 'answer',
    code,
    url: request.url,
    status,
    registryCode: message?.code,
    suggestions: isWebPage(response) ? [...(request.proxyRemedies ?? []), ...suggestions] : suggestions,
  });
}

function problemIn(response: HttpResponse, request: RequestDescription, message?: RegistryMessage): Problem {
  const { status } = response;
  if (request.what === 'manifest' && !deniesAccess(response, message)) return notServed(response, message);
  if (status === 401) return unauthorized(request, response);
  if (status === 403)
    return ['REGISTRY_UNAUTHORIZED', `403 Forbidden: ${describe(response, message)}`, ADVICE.grantPruner];
  if (request.what === 'login') return noRegistryApi(response, message);
  if (status === 405) return isReadOnly(response, message) ? READ_ONLY : unsupported(request);
  return unexpected(response, message);
}

/** Returns the problem for `GET /v2/`, to which every registry answers 200 or 401. */
function noRegistryApi(response: HttpResponse, message?: RegistryMessage): Problem {
  const { status } = response;
  const [code, what, ...suggestions] = unexpected(response, message);
  if (status >= 500 || status === 429) return [code, what, ...suggestions];
  const words = `${what}; a registry answers 200 or 401, so this is not a registry, or something in front of it answers`;
  return [code, words, ADVICE.integratedRegistry, ADVICE.registryReachable];
}

/** Returns the problem for a manifest that is not served, although nothing says that the user may not pull. */
export function notServed(response: HttpResponse, message?: RegistryMessage): Problem {
  const challenge = response.status === 401 ? bearerChallenge(response) : undefined;
  return challenge && !challenge.isOpenShift ? anotherKind(challenge) : unexpected(response, message);
}

/**
 * Creates the error for a server without the endpoint that deletes blobs.
 * @param challenge what the server asks for when no credentials are sent, if that is known
 */
export function notOpenShift(url: string, challenge: BearerChallenge | undefined): RegistryError {
  const what = '404: there is no /admin/blobs here';
  if (challenge?.isOpenShift)
    return failure('answer', `${what}, although the server asks for a token of an OpenShift registry`, url, {
      status: 404,
      suggestions: ['check whether a proxy or a route passes this path on', ADVICE.integratedRegistry],
    });
  const kind = challenge === undefined ? '' : `; it asks for a Bearer token of ${challenge.service}`;
  return failure('answer', `${what}: this is not an OpenShift registry${kind}`, url, {
    code: 'NOT_OPENSHIFT_REGISTRY',
    status: 404,
  });
}

/** Returns the problem for a 401, which the registry sends both for an invalid token and for a missing permission. */
function unauthorized({ hasToken, what }: RequestDescription, response: HttpResponse): Problem {
  const challenge = bearerChallenge(response);
  const code = 'REGISTRY_UNAUTHORIZED';
  if (!hasToken) return [code, '401 Unauthorized: no token to log in with', ADVICE.logIn];
  if (what === 'manifest') return [code, '401 Unauthorized: the user is not allowed to pull', ADVICE.grantPruner];
  if (challenge && !challenge.isOpenShift) return anotherKind(challenge);
  const realm = otherRealm(response);
  if (realm !== undefined) return passwordRealm(realm);
  if (what === 'login') return [code, '401 Unauthorized: the registry does not accept the token', ADVICE.logInAgain];
  const cause = 'the token is not valid, or the user lacks system:image-pruner (the registry answers 401 to both)';
  return [code, `401 Unauthorized: ${cause}`, ADVICE.logInAgain, ADVICE.grantPruner];
}

function passwordRealm(realm: string): Problem {
  return [
    'NOT_OPENSHIFT_REGISTRY',
    `401 Unauthorized: the server asks for a password for ${JSON.stringify(realm)}, so this is probably not an OpenShift registry`,
    ADVICE.integratedRegistry,
    ADVICE.logInAgain,
  ];
}

function anotherKind({ service }: BearerChallenge): Problem {
  return [
    'NOT_OPENSHIFT_REGISTRY',
    `401 Unauthorized: the server asks for a Bearer token of ${service}, so this is not an OpenShift registry`,
    ADVICE.integratedRegistry,
    ADVICE.logInAgain,
  ];
}

function unsupported({ what }: RequestDescription): Problem {
  if (what === 'manifest-link') {
    return [
      'REGISTRY_UNSUPPORTED',
      '405 UNSUPPORTED: the image stream still lists the image, or deletion is disabled',
      'run the prune again: the next run finds what is left',
      ADVICE.registryDeletes,
    ];
  }
  return [
    'REGISTRY_DELETE_DISABLED',
    '405 UNSUPPORTED: deletion is disabled in the registry',
    'enable it: REGISTRY_STORAGE_DELETE_ENABLED=true in the environment of the registry',
    ADVICE.apiObjectsOnly,
  ];
}
