import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAuthority } from './http/certificates.js';
import { writeKubeconfig } from './kubeconfig.js';
import { loadCluster } from './load.js';
import { registryState } from './registry/state.js';
import { startServers, type Servers } from './servers.js';
import type { Sandbox, SandboxOptions } from './types.js';
import { addUser, createTokens } from './api/users.js';
import { createWorld, type World } from './world.js';

/**
 * Starts a simulated API server and registry on the loopback address.
 * @returns where they are, their state, and ways to interfere; `stop` ends them and removes what was written
 * @throws RegadmError (USAGE) for a wrong fault rule; the error of `listen` for a port that is taken
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const world = createWorld(options);
  let servers: Servers | undefined;
  try {
    const authority = await createAuthority();
    servers = await startServers(world, options, authority);
    await loadCluster({ ...world, options, host: servers.registry.host });
    world.operator.start();
    await servers.presence.update();
    return sandboxOf(world, servers, authority.cert);
  } catch (error) {
    await servers?.stop();
    world.folder.remove();
    throw error;
  }
}

function sandboxOf(world: World, servers: Servers, authority: string): Sandbox {
  const { folder, store, permissions, traffic, operator, faults, deletions } = world;
  const { apiUrl, registryUrl, registry, presence } = servers;
  const caFile = join(folder.dir, 'ca.crt');
  writeFileSync(caFile, authority);
  const tokens = createTokens(permissions);
  const kubeconfigFor = (user: string, token: string): string => {
    const path = join(folder.dir, `kubeconfig-${user.replace(/[^\w-]/g, '-')}`);
    return writeKubeconfig(path, { server: apiUrl, authority, user, token });
  };
  return {
    apiUrl,
    registryUrl,
    dir: folder.dir,
    caFile,
    storageDir: folder.storageDir,
    tokens,
    kubeconfig: {
      admin: kubeconfigFor('admin', tokens.admin),
      pruner: kubeconfigFor('pruner', tokens.pruner),
      nobody: kubeconfigFor('nobody', tokens.nobody),
    },
    requests: traffic.requests,
    store,
    registry: registryState(registry, deletions, presence),
    rollout: operator,
    addUser: (name, rules) => {
      const token = addUser(store, permissions, name, rules);
      return { token, kubeconfig: kubeconfigFor(name, token) };
    },
    onRequest: (hook) => void traffic.hooks.push(hook),
    addFault: (rule) => faults.add(rule),
    clearFaults: () => faults.clear(),
    stop: async () => {
      await servers.stop();
      folder.remove();
    },
  };
}
