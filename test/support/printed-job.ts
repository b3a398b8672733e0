import { parse } from 'yaml';
import type { KubeObject } from '../../src/core/model/kube.js';
import { regadm, type Outcome } from './regadm.js';

export const JOB_IMAGE = `quay.io/example/regadm@sha256:${'1'.repeat(64)}`;
export const JOB_NAME = 'regadm-hard-prune';

/** Runs `regadm prune hard --print-job`. */
export function printJob(args: string[], kubeconfig?: string, env: Record<string, string> = {}): Promise<Outcome> {
  return regadm(['prune', 'hard', '--print-job', '--image', JOB_IMAGE, ...args], { kubeconfig, env });
}

/** Returns the printed objects. */
export function printedObjects({ stdout }: Pick<Outcome, 'stdout'>): KubeObject[] {
  return (parse(stdout) as { items: KubeObject[] }).items;
}

/** Returns the printed objects of a kind. */
export function printedOf(outcome: Pick<Outcome, 'stdout'>, kind: string): KubeObject[] {
  return printedObjects(outcome).filter((object) => object.kind === kind);
}

interface PodTemplate {
  metadata: { annotations: object };
  spec: {
    containers: {
      args: string[];
      env?: { name: string; value?: string; valueFrom?: object }[];
      [key: string]: unknown;
    }[];
    [key: string]: unknown;
  };
}

/** Returns the spec of the printed Job, also of one in a CronJob. */
export function jobSpecOf(outcome: Pick<Outcome, 'stdout'>): { template: PodTemplate; [key: string]: unknown } {
  const [job] = printedOf(outcome, 'Job');
  const [cronJob] = printedOf(outcome, 'CronJob');
  const spec = job?.spec ?? (cronJob!.spec as { jobTemplate: { spec: unknown } }).jobTemplate.spec;
  return spec as { template: PodTemplate };
}

/** Returns the spec of the printed pod. */
export function printedPod(outcome: Pick<Outcome, 'stdout'>): PodTemplate['spec'] {
  return jobSpecOf(outcome).template.spec;
}

/** Returns the arguments of the printed container. */
export function printedArgs(outcome: Pick<Outcome, 'stdout'>): string[] {
  return printedPod(outcome).containers[0]!.args;
}
