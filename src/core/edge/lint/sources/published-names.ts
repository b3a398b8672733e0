/**
 * The names of the published source files, without `.yaml`, by directory below `source-crs` (since 4.16). Before, all
 * of them were in one directory, together with those of the empty name here, most of which are obsolete.
 * @see https://github.com/openshift-kni/telco-reference (telco-ran/configuration/source-crs)
 * @see https://github.com/openshift-kni/cnf-features-deploy (ztp/source-crs)
 */
export const PUBLISHED_NAMES: Record<string, string> = {
  '': `AcceleratorsNP AcmAddonNP AcmNP AddAdditionalNetworks AmqInstance AmqSubscription AmqSubscriptionNS
    AssistedInstallerNP BareMetalEventRelaySubscription BareMetalEventRelaySubscriptionNS
    BareMetalEventRelaySubscriptionOperGroup ClusterImageSet ClusterLogging ClusterLogging5Cleaup
    ClusterObservabilitySubscription ClusterVersionUpgradeGraph DefaultCatSource DisconnectedDisableSources
    DisconnectedICSP DisconnectedIDMS HardwareEvent HardwareEventSubscription HardwareEventSubscriptionNS
    HardwareEventSubscriptionOperGroup ImageRegistryConfigPVC KlusterletAddonConfig LokiNS LokiStack LokiSubscription
    MachineConfigAcceleratedStartup MachineConfigChronyDynamicMaster MachineConfigDummy MachineConfigIommu
    OadpSubscription PerformanceProfile PerformanceProfile-SetSelector PtpConfigOCCvl PtpConfigNCardTbcWpc
    PtpConfigSlaveDualCvl StorageLVMOSubscription StorageLVMOSubscriptionNS StorageLVMOSubscriptionOperGroup`,
  'cert-manager': `apiServerCertificate apiServerConfig certManagerClusterIssuer certManagerNS
    certManagerOperatorStatus certManagerOperatorgroup certManagerSubscription ingressCertificate
    ingressControllerConfig`,
  'cluster-logging': `ClusterLogForwarder ClusterLogNS ClusterLogOperGroup ClusterLogOperatorStatus
    ClusterLogServiceAccount ClusterLogServiceAccountAuditBinding ClusterLogServiceAccountInfrastructureBinding
    ClusterLogSubscription ClusterLogging5Cleanup`,
  'cluster-tuning': 'DisableOLMPprof',
  'cluster-tuning/console-disable': 'ConsoleOperatorDisable',
  'cluster-tuning/disabling-network-diagnostics': 'DisableSnoNetworkDiag',
  'cluster-tuning/iptables-alerter': `IptablesAlerterConfig NetworkOperatorRestarterRole
    NetworkOperatorRestarterRoleBinding NetworkOperatorRestarterSA RestartNetworkOperator RestartNetworkOperatorJob`,
  'cluster-tuning/monitoring-configuration': 'ReduceMonitoringFootprint',
  'cluster-tuning/operator-hub': 'OperatorHub',
  'data-protection': `OadpBackupStorageLocationStatus OadpDataProtectionApplication OadpOperatorStatus OadpSecret
    OadpSubscription OadpSubscriptionNS OadpSubscriptionOperGroup`,
  deprecated: `AmqOperatorStatus AmqSubscriptionOperGroup ClusterLogCatSource MachineConfigContainerMountNS
    PaoOperatorStatus PaoSubscription PaoSubscriptionCatalogSource PaoSubscriptionNS PaoSubscriptionOperGroup
    PtpCatSource PtpConfigSlaveCvl SriovCatSource StorageCatSource StorageLocalVolume`,
  'disconnected-registry': 'DefaultCatsrc DisconnectedIDMS',
  'extra-manifest': `01-container-mount-ns-and-kubelet-conf-master 01-container-mount-ns-and-kubelet-conf-worker
    03-sctp-machine-config-master 03-sctp-machine-config-worker 06-kdump-master 06-kdump-worker
    11-stalld-backend-master 11-stalld-backend-worker enable-crun-master enable-crun-worker`,
  generic: 'ConfigMapGeneric MachineConfigGeneric',
  ibu: `ClusterVersion ImageBasedUpgrade ImageBasedUpgradeStatus ImageSignature PlatformBackupRestore
    PlatformBackupRestoreWithIBGU`,
  'image-registry': 'ImageRegistryConfig ImageRegistryPV',
  lca: 'LcaOperatorStatus LcaSubscription LcaSubscriptionNS LcaSubscriptionOperGroup',
  'machine-config': 'MachineConfigSctp RebootMachineConfig',
  nmstate: `NMState NMStateOperatorStatus NMStateSubscription NMStateSubscriptionNS NMStateSubscriptionOperGroup`,
  'node-tuning-operator': 'TunedPerformancePatch TunedPowerCustom',
  'node-tuning-operator/aarch64': 'PerformanceProfile PerformanceProfile-SetSelector',
  'node-tuning-operator/x86_64': 'PerformanceProfile PerformanceProfile-SetSelector',
  'optional-extra-manifest': 'enable-crun-master enable-crun-worker',
  'ptp-operator': `PtpOperatorConfig PtpOperatorConfig-SetSelector PtpOperatorConfigForEvent
    PtpOperatorConfigForEvent-SetSelector PtpOperatorStatus PtpSubscription PtpSubscriptionNS PtpSubscriptionOperGroup`,
  'ptp-operator/configuration': `HardwareConfigGnrdTBC PtpConfigBoundary PtpConfigBoundaryForEvent
    PtpConfigDualCardGmWpc PtpConfigDualCardTBCWpc PtpConfigDualFollower PtpConfigDualTrTBC PtpConfigForHA
    PtpConfigForHAForEvent PtpConfigGmWpc PtpConfigGnrdBcNoHoldover PtpConfigGnrdDualTrTBC PtpConfigGnrdTGM
    PtpConfigMaster PtpConfigMasterForEvent PtpConfigSlave PtpConfigSlaveForEvent PtpConfigTBCWpc PtpConfigTTSCWpc
    PtpConfigThreeCardGmWpc PtpConfigThreeCardTBCWpc`,
  'sriov-fec-operator': `AcceleratorsNS AcceleratorsOperGroup AcceleratorsOperatorStatus AcceleratorsSubscription
    SriovFecClusterConfig SriovVrbClusterConfig`,
  'sriov-operator': `SriovNetwork SriovNetworkNodePolicy SriovNetworkNodePolicy-SetSelector SriovOperatorConfig
    SriovOperatorConfig-SetSelector SriovOperatorConfigForSNO SriovOperatorStatus SriovSubscription
    SriovSubscriptionNS SriovSubscriptionOperGroup`,
  storage: 'StorageLV',
  'storage-lso': `StorageClass StorageNS StorageOperGroup StorageOperatorStatus StoragePV StoragePVC
    StorageSubscription`,
  'storage-lvm': `LVMOperatorStatus StorageLVMCluster StorageLVMSubscription StorageLVMSubscriptionNS
    StorageLVMSubscriptionOperGroup`,
  validatorCRs: `informDuValidator informDuValidator-mcp informDuValidator-ptp informDuValidator-sriov
    informDuValidatorMaster informDuValidatorWorker rebootMachineConfigPoolValidator`,
};
