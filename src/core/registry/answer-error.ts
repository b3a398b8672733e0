import type { ErrorCode } from '../model/error-codes.js';
import { RegistryError } from './error.js';
import type { Answer } from './transport.js';

const GRANT = 'give the user the role: oc adm policy add-cluster-role-to-user system:image-pruner USER';

/** What the registry says in `{"errors":[{"code":…,"message":…}]}`; undefined when the body is something else. */
export function registryCodeOf(answer: Answer): { code: string; message: string } | undefined {
  try {
    const { errors } = JSON.parse(answer.text) as { errors?: { code?: unknown; message?: unknown }[] };
    const first = errors?.[0];
    return typeof first?.code === 'string'
      ? { code: first.code, message: printable(String(first.message ?? '')) }
      : undefined;
  } catch {
    return undefined;
  }
}

export interface Asked {
  /** `DELETE https://…`: no credentials. */
  url: string;
  what: 'layer-link' | 'manifest-link' | 'blob' | 'manifest';
  hasToken: boolean;
}

/**
 * An answer that was not the expected one, in administrators' words.
 * @see facts.md, "Registry": 401 is said both to a wrong token and to a lack of permission
 */
export function answerError(answer: Answer, asked: Asked): RegistryError {
  const told = registryCodeOf(answer);
  const make = (code: ErrorCode, what: string, suggestions: string[] = []): RegistryError =>
    new RegistryError(what, {
      kind: 'answer',
      code,
      url: asked.url,
      status: answer.status,
      registryCode: told?.code,
      suggestions,
    });
  const allow = String(answer.headers.allow ?? '');
  if (answer.status === 401) return unauthorized(asked, make);
  if (answer.status === 403) return make('REGISTRY_UNAUTHORIZED', `403 Forbidden: ${said(answer, told)}`, [GRANT]);
  if (
    answer.status === 405 &&
    told?.code !== 'UNSUPPORTED' &&
    /\b(GET|HEAD)\b/.test(allow) &&
    !/\bDELETE\b/.test(allow)
  ) {
    return make('REGISTRY_READ_ONLY', '405 Method not allowed: the registry is in read-only mode', [
      'switch it off: regadm registry readonly off',
    ]);
  }
  if (answer.status === 405) return unsupported(asked, make);
  if (answer.status === 404 && asked.what === 'blob') {
    return make('NOT_OPENSHIFT_REGISTRY', '404: there is no /admin/blobs here: this is not an OpenShift registry', [
      'pass --registry-url with the address of the integrated registry',
    ]);
  }
  return make('REGISTRY_ERROR', `unexpected status ${answer.status}: ${said(answer, told)}`);
}

type Make = (code: ErrorCode, what: string, suggestions?: string[]) => RegistryError;

function unauthorized(asked: Asked, make: Make): RegistryError {
  if (!asked.hasToken) {
    return make('REGISTRY_UNAUTHORIZED', '401 Unauthorized: there is no token to log in with', [
      'log in (oc login), or pass --token',
    ]);
  }
  if (asked.what === 'manifest')
    return make('REGISTRY_UNAUTHORIZED', '401 Unauthorized: the user may not pull', [GRANT]);
  return make(
    'REGISTRY_UNAUTHORIZED',
    '401 Unauthorized: the token is not valid, or the user lacks system:image-pruner (the registry answers 401 to both)',
    ['log in again (oc login), or pass a valid --token', GRANT],
  );
}

function unsupported(asked: Asked, make: Make): RegistryError {
  if (asked.what === 'manifest-link') {
    return make(
      'REGISTRY_UNSUPPORTED',
      '405 UNSUPPORTED: the image stream still lists the image, or deletion is disabled',
      ['prune again: the next run finds what is left', 'see whether deletion is enabled: regadm registry status'],
    );
  }
  return make('REGISTRY_DELETE_DISABLED', '405 UNSUPPORTED: deletion is disabled in the registry', [
    'enable it: REGISTRY_STORAGE_DELETE_ENABLED=true in the environment of the registry',
  ]);
}

function said(answer: Answer, told: { code: string; message: string } | undefined): string {
  if (told) return `${told.code}: ${told.message}`;
  return printable(answer.text) || 'no body';
}

/** One line of what a server said: no control characters, at most 200 characters. */
function printable(text: string): string {
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\s]+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}
