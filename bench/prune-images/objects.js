import { IMAGES_PER_STREAM, ITEMS_PER_TAG, TAGS, configOf, imageAt, layersOf, manifestOf, ownLayers } from './shape.js';
import { Template } from './templates.js';

const CREATED = '2026-01-15T08:30:00Z';
/** The placeholders of a stream's names: values 0 and 1 of an object. */
const NAMESPACE = 'team-<N0w5>';
const STREAM = 'app-<N1w6>';

const words = (count, text) =>
  Array.from(
    { length: count },
    (_, at) => `${text}_${at}=/usr/share/${text.toLowerCase()}/${'abcdefgh'.repeat(4)}/${at}`,
  );

/** Fields of server-side apply, a fifth to a third of most objects. */
function managedFields(manager, fields) {
  const tree = (names) =>
    Object.fromEntries(names.map((name) => [`f:${name}`, { '.': {}, 'f:value': {}, 'f:source': {} }]));
  return [
    {
      manager,
      operation: 'Update',
      apiVersion: 'v1',
      time: CREATED,
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:metadata': { 'f:labels': tree(fields) }, 'f:spec': tree(fields) },
    },
  ];
}

const FIELDS = [
  'app',
  'component',
  'containers',
  'dnsPolicy',
  'enableServiceLinks',
  'imagePullSecrets',
  'restartPolicy',
  'schedulerName',
  'securityContext',
  'serviceAccount',
  'terminationGracePeriodSeconds',
  'tolerations',
  'volumes',
];

/** The kinds of objects by resource; `object` returns the template and the values of the object with a number. */
export function kinds(host) {
  return {
    images: images(host),
    imagestreams: streams(host),
    pods: pods(host),
    replicasets: replicaSets(host),
    builds: builds(),
  };
}

function images(host) {
  const template = (layers) =>
    new Template({
      metadata: {
        name: 'sha256:<D2>',
        uid: '<U2>',
        resourceVersion: '4711',
        creationTimestamp: CREATED,
        annotations: {
          'image.openshift.io/dockerLayersOrder': 'ascending',
          'image.openshift.io/manifestBlobStored': 'true',
          'openshift.io/image.managed': 'true',
        },
        managedFields: managedFields('openshift-apiserver', FIELDS.slice(0, 4)),
      },
      dockerImageReference: `${host}/${NAMESPACE}/${STREAM}@sha256:<D2>`,
      dockerImageMetadata: {
        kind: 'DockerImage',
        apiVersion: 'image.openshift.io/1.0',
        Id: 'sha256:<D3>',
        Created: CREATED,
        Container: '<D3>',
        ContainerConfig: {
          Hostname: 'build',
          Env: words(16, 'BUILD'),
          Cmd: ['/bin/sh', '-c', '#(nop) LABEL name="app"'],
        },
        DockerVersion: '20.10.24',
        Config: {
          Hostname: 'build',
          Env: words(24, 'RUNTIME'),
          Entrypoint: ['container-entrypoint'],
          Cmd: ['/usr/libexec/s2i/run'],
          Labels: Object.fromEntries(words(28, 'LABEL').map((text, at) => [`io.openshift.label-${at}`, text])),
        },
        Architecture: 'amd64',
        Size: 180_000_000,
      },
      dockerImageMetadataVersion: '1.0',
      dockerImageLayers: Array.from({ length: layers }, (_, at) => ({
        name: `sha256:<D${4 + at}>`,
        size: 30_000_000 + at,
        mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
      })),
      dockerImageManifestMediaType: 'application/vnd.docker.distribution.manifest.v2+json',
    });
  const templates = { 1: template(4), 2: template(5) };
  return {
    list: 'ImageList',
    apiVersion: 'image.openshift.io/v1',
    object: (image) => ({
      template: templates[ownLayers(image)],
      values: [
        ...streamValues(Math.floor(image / IMAGES_PER_STREAM)),
        manifestOf(image),
        configOf(image),
        ...layersOf(image),
      ],
    }),
  };
}

function streamValues(stream) {
  return [Math.floor(stream / 10), stream];
}

function streams(host) {
  const repository = `${host}/${NAMESPACE}/${STREAM}`;
  const template = new Template({
    metadata: {
      name: STREAM,
      namespace: NAMESPACE,
      uid: '<U1>',
      resourceVersion: '4712',
      generation: 3,
      creationTimestamp: CREATED,
      managedFields: managedFields('openshift-apiserver', FIELDS.slice(0, 4)),
    },
    spec: { lookupPolicy: { local: false } },
    status: {
      dockerImageRepository: repository,
      tags: Array.from({ length: TAGS }, (_, tag) => ({
        tag: `v${tag}`,
        items: Array.from({ length: ITEMS_PER_TAG }, (_item, position) => ({
          created: CREATED,
          dockerImageReference: `${repository}@sha256:<D${2 + tag * ITEMS_PER_TAG + position}>`,
          image: `sha256:<D${2 + tag * ITEMS_PER_TAG + position}>`,
          generation: 1,
        })),
      })),
    },
  });
  const places = Array.from({ length: TAGS * ITEMS_PER_TAG }, (_, at) => [
    Math.floor(at / ITEMS_PER_TAG),
    at % ITEMS_PER_TAG,
  ]);
  return {
    list: 'ImageStreamList',
    apiVersion: 'image.openshift.io/v1',
    object: (stream) => ({
      template,
      values: [...streamValues(stream), ...places.map(([tag, position]) => manifestOf(imageAt(stream, tag, position)))],
    }),
  };
}

/** Every pod names a tag, except every fifth, which names the digest at position 4 of the first tag. */
function pods(host) {
  const template = (image) =>
    new Template({
      metadata: {
        name: 'app-<N1w6>-7d8f9c6b5-<N2w7>',
        namespace: NAMESPACE,
        uid: '<U2>',
        resourceVersion: '4713',
        creationTimestamp: CREATED,
        labels: { app: STREAM, 'pod-template-hash': '7d8f9c6b5' },
        managedFields: managedFields('kube-controller-manager', FIELDS),
      },
      spec: {
        ...podSpec(image),
        nodeName: 'worker-3.example.com',
        priority: 0,
        preemptionPolicy: 'PreemptLowerPriority',
      },
      status: {
        phase: 'Running',
        conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => ({
          type,
          status: 'True',
          lastProbeTime: null,
          lastTransitionTime: CREATED,
        })),
        hostIP: '10.0.0.3',
        podIP: '10.128.0.3',
        startTime: CREATED,
        containerStatuses: [
          {
            name: 'app',
            state: { running: { startedAt: CREATED } },
            lastState: {},
            ready: true,
            restartCount: 0,
            image,
            imageID: `${host}/${NAMESPACE}/${STREAM}@sha256:<D3>`,
            containerID: 'cri-o://<D2>',
            started: true,
          },
        ],
        qosClass: 'Burstable',
      },
    });
  const byTag = template(`${host}/${NAMESPACE}/${STREAM}:v0`);
  const byDigest = template(`${host}/${NAMESPACE}/${STREAM}@sha256:<D3>`);
  return {
    list: 'PodList',
    apiVersion: 'v1',
    object: (pod) => {
      const stream = Math.floor(pod / 10);
      const digest = pod % 5 === 4;
      return {
        template: digest ? byDigest : byTag,
        values: [...streamValues(stream), pod, manifestOf(imageAt(stream, 0, digest ? 4 : 0))],
      };
    },
  };
}

function podSpec(image) {
  return {
    volumes: [
      {
        name: 'kube-api-access',
        projected: {
          sources: [
            { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
            { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
          ],
          defaultMode: 420,
        },
      },
    ],
    containers: [
      {
        name: 'app',
        image,
        ports: [{ containerPort: 8080, protocol: 'TCP' }],
        env: words(6, 'SETTING').map((text, at) => ({ name: `SETTING_${at}`, value: text })),
        resources: { limits: { memory: '512Mi' }, requests: { cpu: '100m', memory: '256Mi' } },
        volumeMounts: [
          { name: 'kube-api-access', readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
        ],
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
        imagePullPolicy: 'IfNotPresent',
      },
    ],
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    serviceAccountName: 'default',
    securityContext: {},
    schedulerName: 'default-scheduler',
    tolerations: [
      { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
    ],
  };
}

function replicaSets(host) {
  const template = new Template({
    metadata: {
      name: 'app-<N1w6>-<N2w7>',
      namespace: NAMESPACE,
      uid: '<U2>',
      resourceVersion: '4714',
      generation: 2,
      creationTimestamp: CREATED,
      labels: { app: STREAM },
      managedFields: managedFields('kube-controller-manager', FIELDS.slice(0, 8)),
    },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: STREAM } },
      template: {
        metadata: { creationTimestamp: null, labels: { app: STREAM } },
        spec: podSpec(`${host}/${NAMESPACE}/${STREAM}:v1`),
      },
    },
    status: { replicas: 0, observedGeneration: 2 },
  });
  return {
    list: 'ReplicaSetList',
    apiVersion: 'apps/v1',
    object: (number) => ({ template, values: [...streamValues(Math.floor(number / 5)), number] }),
  };
}

function builds() {
  const template = new Template({
    metadata: {
      name: 'app-<N1w6>-<N2w7>',
      namespace: NAMESPACE,
      uid: '<U2>',
      resourceVersion: '4715',
      creationTimestamp: CREATED,
      labels: { buildconfig: STREAM },
      annotations: { 'openshift.io/build.number': '<N2w7>' },
      managedFields: managedFields('openshift-controller-manager', FIELDS),
    },
    spec: {
      source: { type: 'Git', git: { uri: `https://git.example.com/${'team'.repeat(6)}.git` } },
      strategy: {
        type: 'Source',
        sourceStrategy: {
          from: { kind: 'ImageStreamTag', namespace: NAMESPACE, name: `${STREAM}:v2` },
          env: words(10, 'SOURCE').map((text, at) => ({ name: `SOURCE_${at}`, value: text })),
        },
      },
      output: { to: { kind: 'ImageStreamTag', name: `${STREAM}:v3` } },
      resources: {},
      triggeredBy: [{ message: 'Image change' }],
    },
    status: {
      phase: 'Complete',
      startTimestamp: CREATED,
      completionTimestamp: CREATED,
      duration: 90_000_000_000,
      stages: ['FetchInputs', 'Build', 'PushImage'].map((name) => ({
        name,
        startTime: CREATED,
        durationMilliseconds: 30_000,
        steps: [{ name, startTime: CREATED, durationMilliseconds: 30_000 }],
      })),
    },
  });
  return {
    list: 'BuildList',
    apiVersion: 'build.openshift.io/v1',
    object: (number) => ({ template, values: [...streamValues(Math.floor(number / 5)), number] }),
  };
}
