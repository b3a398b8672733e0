import type http from 'node:http';
import { readFile } from 'node:fs/promises';
import { ADVICE } from '../../model/advice.js';
import { messageOf } from '../../model/errors.js';
import type { Authenticator } from './authenticator.js';
import { CredentialError } from './credential-error.js';
import { tokenProblem } from './token-problem.js';

/**
 * Takes the token from a file, which something else renews. As in client-go, the file takes precedence over a token in
 * the kubeconfig, which is used only if the file cannot be read, and a token that was read stays valid if the file
 * disappears.
 * @see https://pkg.go.dev/k8s.io/client-go/transport#NewCachedFileTokenSource
 */
export class TokenFile implements Authenticator {
  /** @param token used until the file can be read */
  constructor(
    private readonly file: string,
    private token?: string,
  ) {}

  isAuthProvider(): boolean {
    return true;
  }

  /** @throws CredentialError if the token cannot be sent, or if the file cannot be read and there is no other token */
  async applyAuthentication(_user: unknown, options: http.RequestOptions): Promise<void> {
    try {
      const text = (await readFile(this.file, 'utf8')).trim();
      if (text === '') throw new Error('it is empty');
      this.token = text;
    } catch (error) {
      if (!this.token)
        throw new CredentialError(`cannot read the tokenFile of its user, ${this.file}: ${messageOf(error)}`, [
          ADVICE.tokenFile,
        ]);
    }
    const problem = tokenProblem(this.token);
    if (problem) throw new CredentialError(`the tokenFile of its user, ${this.file}: ${problem}`, [ADVICE.tokenFile]);
    options.headers = { ...(options.headers as http.OutgoingHttpHeaders), Authorization: `Bearer ${this.token}` };
  }
}
