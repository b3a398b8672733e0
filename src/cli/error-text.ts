import type { RegadmError } from '../core/model/errors.js';

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
