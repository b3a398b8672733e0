import type { BackupDocument } from '../core/backup/list/document-type.js';
import type { BackupPruneDocument } from '../core/backup/prune/document-type.js';
import type { BackupVerificationDocument } from '../core/backup/verify/document-type.js';
import type { BuildPruneDocument } from '../core/builds/output/document-type.js';
import type { DeploymentPruneDocument } from '../core/deployments/output/document-type.js';
import type { DoctorDocument } from '../core/doctor/report.js';
import type { LintReport } from '../core/edge/lint/report.js';
import type { VerifyReport } from '../core/edge/verify/report.js';
import type { HardPruneDocument, HardPruneRecoveryDocument } from '../core/hard-prune/output/document-type.js';
import type { RegistryModeDocument, RegistryRestartDocument } from '../core/operator/document-types.js';
import type { PolicyCheckDocument } from '../core/policy/output/document-type.js';
import type { ImagePruneDocument } from '../core/prune/output/document-type.js';
import type { PlanFile } from '../core/prune/plan/plan-file.js';
import type { RunDocument, ScheduleDocument } from '../core/schedule/report.js';
import type { ImageRestoreDocument } from '../core/restore/output/document-type.js';
import type { RegistryStatusDocument } from '../core/status/output/document-type.js';
import type { RegistryVerificationDocument } from '../core/verify/output/document-type.js';
import type { PullsDocument } from '../core/model/pulls.js';
import type { TrashDocument } from '../core/trash/list/document-type.js';
import type { TrashPurgeDocument } from '../core/trash/purge/document-type.js';
import type { TrashRestoreDocument } from '../core/trash/restore/document-type.js';
import type { PruneWhyDocument } from '../core/why/output/document-type.js';
import type { ReferrersSource } from '../core/model/declared-referrers.js';
import type { PolicySource } from '../core/model/retention-policy.js';
import type { ConfigurationDocument } from './config/text.js';
import type { ErrorDocument } from './error-document.js';

/**
 * The type of every document that regadm writes, and of files that users write, by its `kind`. `npm run schemas`
 * generates docs/json-schema from these types and their comments.
 */
export interface Documents {
  Backup: BackupDocument;
  BackupPrune: BackupPruneDocument;
  BackupVerification: BackupVerificationDocument;
  BuildPrune: BuildPruneDocument;
  Configuration: ConfigurationDocument;
  DeploymentPrune: DeploymentPruneDocument;
  Doctor: DoctorDocument;
  EdgeLint: LintReport;
  EdgeVerify: VerifyReport;
  Error: ErrorDocument;
  HardPrune: HardPruneDocument;
  HardPruneRecovery: HardPruneRecoveryDocument;
  ImagePrune: ImagePruneDocument;
  ImagePrunePlan: PlanFile;
  ImageRestore: ImageRestoreDocument;
  PolicyCheck: PolicyCheckDocument;
  PruneRun: RunDocument;
  PruneSchedule: ScheduleDocument;
  PruneWhy: PruneWhyDocument;
  Pulls: PullsDocument;
  Referrers: ReferrersSource;
  RegistryMode: RegistryModeDocument;
  RegistryRestart: RegistryRestartDocument;
  RegistryStatus: RegistryStatusDocument;
  RegistryVerification: RegistryVerificationDocument;
  RetentionPolicy: PolicySource;
  Trash: TrashDocument;
  TrashPurge: TrashPurgeDocument;
  TrashRestore: TrashRestoreDocument;
}
