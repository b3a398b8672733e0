import { ApiServer, type ApiContext } from './api/server.js';
import { createAuthority, LOOPBACK, type Authority, type Certificate } from './http/certificates.js';
import { Exec } from './pod/exec.js';
import { apiHandler, registryHandler } from './handlers.js';
import { RegistryAvailability } from './operator/availability.js';
import { RegistryLog } from './registry/log.js';
import { RegistryServer, type RegistryContext } from './registry/server.js';
import { SandboxServer } from './http/server.js';
import type { CertificateKind, SandboxOptions } from './types.js';
import type { Simulation } from './simulation.js';

/** The two running servers. */
export interface Servers {
  apiUrl: string;
  registryUrl: string;
  /** The registry's state; pull specs start with its `host`. */
  registry: RegistryContext;
  availability: RegistryAvailability;
  commandsEnded(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts both servers on the loopback address. @throws the error of `listen`, after stopping everything */
export async function startServers(
  simulation: Simulation,
  options: SandboxOptions,
  authority: Authority,
): Promise<Servers> {
  const { operator, store, lists, permissions, storage, faults, traffic } = simulation;
  const log = new RegistryLog(store);
  const podLog: ApiContext['podLog'] = (request) => log.log(request) ?? operator.jobs.log(request);
  const context = registryContext(simulation, () => availability);
  const registryHost = (): string => context.host;
  const api = new ApiServer({ store, lists, permissions, missing: options.missing ?? [], registryHost, podLog });
  const exec = new Exec({ store, storage, permissions, faults, api });
  const apiServer = new SandboxServer(
    apiHandler(api, exec),
    traffic,
    await certificate(options.apiCertificate, authority),
  );
  const handler = registryHandler(new RegistryServer(context), log);
  const registryCertificate = options.http ? undefined : await certificate(options.registryCertificate, authority);
  const registryServer = new SandboxServer(handler, traffic, registryCertificate);
  const availability = new RegistryAvailability(registryServer, operator, faults, options);
  const stop = async (): Promise<void> => {
    operator.stop();
    exec.stop();
    await availability.stop();
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
  return {
    apiUrl: `https://127.0.0.1:${apiServer.port}`,
    registryUrl: `${options.http ? 'http' : 'https'}://${context.host}`,
    registry: context,
    availability,
    commandsEnded: () => exec.commandsEnded(),
    stop,
  };
}

function registryContext(simulation: Simulation, availability: () => RegistryAvailability): RegistryContext {
  const { store, storage, permissions, deletions } = simulation;
  return {
    store,
    storage,
    permissions,
    host: '',
    readOnly: () => availability().readOnly(),
    recordDeletion: (deletion) => {
      deletions.push(deletion);
      availability().onDeletion();
    },
  };
}

async function certificate(kind: CertificateKind = 'good', authority: Authority): Promise<Certificate> {
  switch (kind) {
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
