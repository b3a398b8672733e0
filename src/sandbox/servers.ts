import { ApiServer } from './api/server.js';
import { createAuthority, LOOPBACK, type Authority, type Certificate } from './http/certificates.js';
import { Exec } from './pod/exec.js';
import { apiHandlerOf, registryHandlerOf } from './handlers.js';
import { RegistryPresence } from './operator/presence.js';
import { RegistryServer, type RegistryContext } from './registry/server.js';
import { SandboxServer } from './http/server.js';
import type { SandboxOptions } from './types.js';
import type { World } from './world.js';

/** The two servers, listening. */
export interface Servers {
  apiUrl: string;
  registryUrl: string;
  /** What the registry works on; its `host` is what pull specs begin with. */
  registry: RegistryContext;
  presence: RegistryPresence;
  stop(): Promise<void>;
}

/** Starts both on the loopback address. @throws the error of `listen`; nothing is left running then */
export async function startServers(world: World, options: SandboxOptions, authority: Authority): Promise<Servers> {
  const { operator, store, lists, permissions, storage, faults, traffic } = world;
  const podLog = operator.jobs.log.bind(operator.jobs);
  const api = new ApiServer({ store, lists, permissions, missing: options.missing ?? [], podLog });
  const exec = new Exec({ store, storage, permissions, faults, api });
  const apiServer = new SandboxServer(apiHandlerOf(api, exec), traffic, await authority.issue(LOOPBACK));
  const context = registryContext(world, () => presence);
  const handler = registryHandlerOf(new RegistryServer(context));
  const registryServer = new SandboxServer(handler, traffic, await registryCertificate(options, authority));
  const presence = new RegistryPresence(registryServer, operator, faults, options);
  const stop = async (): Promise<void> => {
    operator.stop();
    exec.stop();
    await presence.stop();
    await Promise.all([apiServer.stop(), registryServer.stop()]);
  };
  try {
    await apiServer.listen(options.port ?? 0);
    await registryServer.listen(options.registryPort ?? 0);
  } catch (error) {
    await stop();
    throw error;
  }
  context.host = `127.0.0.1:${registryServer.port}`;
  const registryUrl = `${options.http ? 'http' : 'https'}://${context.host}`;
  return { apiUrl: `https://127.0.0.1:${apiServer.port}`, registryUrl, registry: context, presence, stop };
}

function registryContext(world: World, presence: () => RegistryPresence): RegistryContext {
  const { store, storage, permissions, deletions } = world;
  return {
    store,
    storage,
    permissions,
    host: '',
    readOnly: () => presence().readOnly(),
    recordDeletion: (deletion) => {
      deletions.push(deletion);
      presence().deletionHappened();
    },
  };
}

async function registryCertificate(options: SandboxOptions, authority: Authority): Promise<Certificate | undefined> {
  if (options.http) return undefined;
  switch (options.registryCertificate ?? 'good') {
    case 'expired':
      return authority.issue({ ...LOOPBACK, notAfter: new Date(Date.now() - 60_000) });
    case 'other-name':
      return authority.issue({ names: ['registry.example.com'], addresses: [] });
    case 'unknown-authority':
      return (await createAuthority('another authority')).issue(LOOPBACK);
    default:
      return authority.issue(LOOPBACK);
  }
}
