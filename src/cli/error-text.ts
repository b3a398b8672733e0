import type { RegadmError } from '../core/model/errors.js';

/** Formats an error for stderr: every invalid reference, `error: …`, then the suggestions. */
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
