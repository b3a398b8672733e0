import type { RegadmError } from '../core/model/errors.js';

/** The document that `-o json` prints for an error that ended the run. */
export function errorDocument(error: RegadmError): object {
  return {
    apiVersion: 'regadm/v1',
    kind: 'Error',
    code: error.code,
    message: error.message,
    suggestions: error.suggestions,
    ...(error.invalidReferences ? { invalidReferences: error.invalidReferences } : {}),
  };
}

/** `error: …` with every invalid reference before it and what to do under it, for stderr. */
export function errorText(error: RegadmError): string {
  const lines = (error.invalidReferences ?? []).map(
    ({ referrer, field, reference, message }) =>
      `${referrer.kind.toLowerCase()}/${referrer.name} namespace=${referrer.namespace}: ${field ? `${field}: ` : ''}${
        reference ? `"${reference}": ` : ''
      }${message}`,
  );
  return [...lines, `error: ${error.message}`, ...error.suggestions.map((suggestion) => `  * ${suggestion}`)].join(
    '\n',
  );
}
