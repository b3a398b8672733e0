import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAuthority } from './http/certificates.js';
import { writeKubeconfig } from './kubeconfig.js';
import { loadCluster } from './load.js';
import { registryState } from './registry/state.js';
import { startServers, type Servers } from './servers.js';
import type { Sandbox, SandboxOptions } from './types.js';
import { addUser, createTokens } from './api/users.js';
import { createSimulation, type Simulation } from './simulation.js';

/**
 * Starts a simulated API server and registry on the loopback address.
 * @returns their addresses and state, and functions to change it; `stop` stops the servers and removes the temporary
 *   directory
 * @throws RegadmError (USAGE) for an invalid fault rule; the error of `listen` for a port that is in use
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const simulation = createSimulation(options);
  let servers: Servers | undefined;
  try {
    const authority = await createAuthority();
    servers = await startServers(simulation, options, authority);
    await loadCluster({ ...simulation, options, host: servers.registry.host });
    simulation.operator.start();
    await servers.availability.update();
    return toSandbox(simulation, servers, authority.cert);
  } catch (error) {
    await servers?.stop();
    simulation.directory.remove();
    throw error;
  }
}

function toSandbox(simulation: Simulation, servers: Servers, authority: string): Sandbox {
  const { directory, store, permissions, traffic, operator, faults, deletions } = simulation;
  const { apiUrl, registryUrl, registry, availability } = servers;
  const caFile = join(directory.dir, 'ca.crt');
  writeFileSync(caFile, authority);
  const tokens = createTokens(permissions);
  const kubeconfigFor = (user: string, token: string): string => {
    const path = join(directory.dir, `kubeconfig-${user.replace(/[^\w-]/g, '-')}`);
    return writeKubeconfig(path, { server: apiUrl, authority, user, token });
  };
  return {
    apiUrl,
    registryUrl,
    dir: directory.dir,
    caFile,
    storageDir: directory.storageDir,
    tokens,
    kubeconfig: {
      admin: kubeconfigFor('admin', tokens.admin),
      pruner: kubeconfigFor('pruner', tokens.pruner),
      nobody: kubeconfigFor('nobody', tokens.nobody),
    },
    requests: traffic.requests,
    store,
    registry: registryState(registry, deletions, availability),
    rollout: operator,
    addUser: (name, rules) => {
      const token = addUser(store, permissions, name, rules);
      return { token, kubeconfig: kubeconfigFor(name, token) };
    },
    onRequest: (hook) => void traffic.hooks.push(hook),
    addFault: (rule) => faults.add(rule),
    clearFaults: () => faults.clear(),
    commandsEnded: () => servers.commandsEnded(),
    stop: async () => {
      await servers.stop();
      directory.remove();
    },
  };
}
