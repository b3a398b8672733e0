/** A reason why there are no credentials. Its message contains no secrets. */
export class CredentialError extends Error {
  /** @param suggestions what to do instead of the usual advice */
  constructor(
    message: string,
    readonly suggestions: string[] = [],
  ) {
    super(message);
  }
}
