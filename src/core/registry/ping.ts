import { EXPECTS_HTTPS, isHttpsOnly } from '../http/https-only.js';
import { throughProxy } from '../kit/proxy-words.js';
import { isConnectionError } from '../kit/network-errors.js';
import { retryAfterStatus, withRetry, type Outcome } from '../kit/retry.js';
import { isRefusal, RegistryError } from './error.js';
import { failure } from './failure.js';
import { bearerChallenge } from './response/challenge.js';
import type { HttpResponse, Transport } from './transport.js';
import { isWebPage } from '../kit/web-page.js';
import { ADVICE } from '../model/advice.js';

/** Maximum wait that a busy server can request while it is probed, in ms. */
const MAX_WAIT_MS = 5_000;

/**
 * Checks that a registry answers: `GET /` or `GET /healthz` must return 200, and not a web page.
 * @throws RegistryError, NOT_OPENSHIFT_REGISTRY for an API server, and for a registry of another kind, which can have a
 *   web page there
 */
export async function ping(transport: Transport, signal?: AbortSignal): Promise<void> {
  try {
    await getHealth(transport, signal);
  } catch (error) {
    throw (await otherKind(transport, error, signal)) ?? error;
  }
}

async function getHealth(transport: Transport, signal?: AbortSignal): Promise<void> {
  const root = await get(transport, '/', signal);
  if (isApiServer(root))
    throw failure('answer', 'this is the API server of a cluster, not a registry', `${transport.origin}/`, {
      code: 'NOT_OPENSHIFT_REGISTRY',
      status: root.status,
      suggestions: [ADVICE.integratedRegistry],
    });
  if (isHealthy(root)) return;
  const health = await get(transport, '/healthz', signal);
  if (!isHealthy(health)) throw unexpected(transport, root, health);
}

/** Recognizes a registry of another kind by what it asks for; undefined for all other servers. */
async function otherKind(
  transport: Transport,
  error: unknown,
  signal?: AbortSignal,
): Promise<RegistryError | undefined> {
  if (!(error instanceof RegistryError) || (error.kind !== 'answer' && error.kind !== 'redirect')) return undefined;
  const response = await transport.request('GET', '/v2/', { signal, isCheck: true }).catch(() => undefined);
  const challenge = response && bearerChallenge(response);
  if (!challenge || challenge.isOpenShift) return undefined;
  return failure(
    'answer',
    `the server asks for a Bearer token of ${challenge.service}, so this is not an OpenShift registry`,
    `${transport.origin}/v2/`,
    {
      code: 'NOT_OPENSHIFT_REGISTRY',
      status: response.status,
    },
  );
}

function get(transport: Transport, path: string, signal?: AbortSignal): Promise<HttpResponse> {
  const request = (): Promise<HttpResponse> => transport.request('GET', path, { signal, isCheck: true });
  return withRetry(request, { tries: 3, baseMs: 100, signal, retryAfter });
}

/** Retries fast failures, which costs half a second in total; a timeout is final. */
function retryAfter(outcome: Outcome<HttpResponse>): number | undefined {
  if ('value' in outcome) {
    const wait = retryAfterStatus(outcome.value.status, outcome.value.headers['retry-after']);
    return wait === undefined ? undefined : Math.min(wait, MAX_WAIT_MS);
  }
  const kind = (outcome.error as Partial<RegistryError>).kind;
  return isConnectionError(outcome.error) && (kind === 'refused' || kind === 'closed') ? 0 : undefined;
}

/** Recognizes the list of paths that an API server has at `/`, and its refusal to show it. */
function isApiServer({ status, text }: HttpResponse): boolean {
  if (status === 200) return /^\s*\{\s*"paths"\s*:\s*\[\s*"\//.test(text);
  return isRefusal(status) && /"kind"\s*:\s*"Status"/.test(text) && /"apiVersion"\s*:\s*"v1"/.test(text);
}

function isHealthy(response: HttpResponse): boolean {
  return response.status === 200 && !isWebPage(response);
}

function unexpected(transport: Transport, root: HttpResponse, health: HttpResponse): RegistryError {
  const { origin, proxyRemedies } = transport;
  const { status } = health;
  if (isHttpsOnly(status, root.text + health.text)) {
    return failure('tls-port', EXPECTS_HTTPS, origin, { status });
  }
  const url = `${origin}/healthz`;
  if (status === 503 && isWebPage(health)) {
    return failure('answer', 'the router answers 503 with an HTML page: this route has no registry pod', url, {
      status,
      suggestions: [...proxyRemedies, ADVICE.registryRunning, ADVICE.registryAddress],
    });
  }
  if (isWebPage(health) || isWebPage(root)) {
    const what = `answered with an HTML page (status ${status}): this is not a registry${throughProxy(transport.proxy)}`;
    return failure('answer', what, url, { status, suggestions: [...proxyRemedies, ADVICE.integratedRegistry] });
  }
  const what = `unexpected status ${status}, and ${root.status} from GET /; 200 was expected`;
  return failure('answer', what, url, { status, suggestions: [...proxyRemedies, ADVICE.integratedRegistry] });
}
