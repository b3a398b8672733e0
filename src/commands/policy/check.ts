import { Args } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.js';
import { RegadmError } from '../../core/model/errors.js';
import { policyCheckOutput } from '../../core/policy/output/index.js';
import type { PolicyCheckReport } from '../../core/policy/report.js';
import { plural } from '../../core/terminal/text.js';
import { clusterFlags } from '../../flags/cluster.js';
import { RULES } from '../../core/policy/output/main-table.js';
import { outputFlags } from '../../flags/output.js';
import { policyCheckFlags, policyCheckOptions } from '../../flags/policy-check.js';

const SEE = 'see docs/policies.md for the form of the file';

export default class PolicyCheck extends BaseCommand {
  static override summary = 'Check a retention policy, and show what its rules match, keep and remove';

  static override description = `Finds every mistake in the file of prune images --policy: file, line, field, and what is allowed. With a cluster (--kubeconfig, or
a kubeconfig with a current context) or saved lists (--from), it also shows per rule what it matches, keeps and removes. Rules that
decide about no tag are warnings. Nothing is changed, and the registry is not contacted.

Editors complete and check policies with the JSON Schema retention-policy.json, which the npm package and the repository contain in
docs/json-schema. Copy it next to the policy, and begin the policy with "# yaml-language-server: $schema=retention-policy.json".`;

  static override page = 'policies.md#check-a-policy';

  static override exitStatuses = {
    0: 'the policy is valid',
    1: 'the policy has mistakes, or the cluster cannot be read',
  };

  static override examples = [
    {
      description: 'Check the file, and try it on the current cluster',
      command: '<%= config.bin %> <%= command.id %> policy.yaml',
    },
    {
      description: 'Try it on saved lists, without a cluster',
      command: '<%= config.bin %> <%= command.id %> policy.yaml --from lists',
    },
    {
      description: 'Show the settings of each rule too, in one namespace',
      command: '<%= config.bin %> <%= command.id %> policy.yaml -n shop -o wide',
    },
    { description: 'For a script', command: '<%= config.bin %> <%= command.id %> policy.yaml -o json' },
  ];

  static override args = {
    file: Args.string({
      name: 'FILE',
      required: true,
      ignoreStdin: true,
      description: 'file of the policy, YAML or JSON',
    }),
  };

  static override flags = {
    ...policyCheckFlags,
    ...outputFlags(['table', 'wide', 'json', 'yaml'], 'table', RULES),
    ...clusterFlags,
  };

  async run(): Promise<void> {
    const { flags, args } = await this.read(PolicyCheck);
    const options = await policyCheckOptions(flags);
    const { checkOnCluster, checkOnFiles, checkPolicyFile } = await import('../../core/policy/check.js');
    const checked = await checkPolicyFile(args.file);
    const { policy } = checked;
    const { from } = flags;
    let report: PolicyCheckReport = checked;
    if (policy && from !== undefined)
      report = await this.withSession(({ reporter }) => checkOnFiles(from, { policy, options }, reporter));
    else if (policy && (await this.hasCluster(flags)))
      report = await this.withCluster(flags, ({ api, ...session }) =>
        checkOnCluster(api, { policy, options }, session),
      );
    else if (policy) this.note('hint: only the file was checked; to try the policy, specify --kubeconfig or --from');
    for (const line of report.warnings) this.warning(line);
    await this.present(report, flags, policyCheckOutput);
    const { length } = report.problems;
    if (length > 0)
      await this.fail(
        new RegadmError(`${args.file} has ${plural(length, 'mistake')}`, { code: 'POLICY_FILE', suggestions: [SEE] }),
      );
  }
}
