import { userInfo } from 'node:os';

/**
 * Gives a user without an entry in /etc/passwd a home directory and a shell, unless the environment names them. With
 * neither, Node.js throws when a program asks for them, as oclif does. Container runtimes assume the same directory.
 */
export function assumeUser(env: NodeJS.ProcessEnv): void {
  if (env.HOME !== undefined && env.SHELL !== undefined) return;
  try {
    userInfo();
  } catch {
    env.HOME ??= '/';
    env.SHELL ??= '/bin/sh';
  }
}
