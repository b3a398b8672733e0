import fc from 'fast-check';
import { expect, test } from '@jest/globals';
import type { KubeObject } from '../../src/core/model/kube.js';
import { moveToTrash } from '../../src/core/trash-store/move.js';
import { choosePurgeable, purge } from '../../src/core/trash-store/purge.js';
import { recheck } from '../../src/core/trash-store/recheck.js';
import type { TrashSession } from '../../src/core/trash-store/session.js';
import { MINUTE, TrashScene, anImage } from '../support/trash-scene.js';

/** What happens in a cluster. Numbers choose a blob, a push, or the change at which a run is killed. */
type Event =
  /** A client begins to push an image with a blob, continues, or ends one of its steps. */
  | { kind: 'push' | 'step' | 'delete'; at: number }
  | { kind: 'restart' }
  /** A run of regadm, with what happens before each of its changes and requests, and when it is killed. */
  | { kind: 'sweep' | 'recheck' | 'purge' | 'all'; killedAt: number; meanwhile: Event[] };

const BLOBS = 2;

class Killed extends Error {}

/** A push by a process of the registry: it checks whether the data exists, writes a link, and creates an Image. */
interface Push {
  blob: number;
  steps: number;
}

const layerOf = ({ dockerImageLayers }: KubeObject): string =>
  (dockerImageLayers as { name: string }[])[0]!.name.slice('sha256:'.length);

class World {
  readonly scene = new TrashScene();
  private pushes: Push[] = [];
  private process = 0;
  private imagesMade = 0;
  private readonly hexes = Array.from({ length: BLOBS }, (_, blob) => this.scene.storage.push(`blob ${blob}`));

  async apply(event: Event): Promise<void> {
    if ('meanwhile' in event) return this.run(event);
    this.happen(event);
  }

  /** Ends all processes, and lets runs finish what is left. */
  async settle(): Promise<void> {
    this.restart();
    for (let run = 0; run < 2; run++) await this.run({ kind: 'recheck', killedAt: Infinity, meanwhile: [] });
  }

  /** The blobs of images, with where they are. */
  places(): string[] {
    const { blobs, trashed } = this.scene.storage;
    return this.scene.images.map((image) => {
      const hex = layerOf(image);
      if (blobs.has(hex)) return 'in its place';
      return [...trashed.keys()].some((place) => place.endsWith(hex)) ? 'in the trash' : 'lost';
    });
  }

  private happen(event: Event): void {
    if (event.kind === 'restart') this.restart();
    else if (event.kind === 'push') this.pushes.push({ blob: event.at % BLOBS, steps: 0 });
    else if (event.kind === 'step') this.step(this.pushes[event.at % (this.pushes.length || 1)]);
    else if (event.kind === 'delete') this.delete(event.at);
  }

  private restart(): void {
    this.process++;
    this.pushes = [];
    this.scene.processes = { ids: [`p${this.process}`], usesRedis: false };
  }

  private step(push: Push | undefined): void {
    if (!push) return;
    const { storage, images } = this.scene;
    const hex = this.hexes[push.blob]!;
    const step = push.steps++;
    // Data that exists is not written again, even if the next step takes long.
    if (step === 0 && !storage.blobs.has(hex)) storage.push(`blob ${push.blob}`);
    if (step === 1) storage.link(hex, { repository: 'ns/app', kind: 'layer' });
    if (step === 2) {
      images.push(anImage(String(this.imagesMade++).padStart(64, '0'), `sha256:${hex}`));
    }
  }

  /** Deletes the images of a blob, and its link, as a mark does. */
  private delete(blob: number): void {
    const { images, storage } = this.scene;
    const kept = images.filter((image) => layerOf(image) !== this.hexes[blob % BLOBS]);
    images.splice(0, images.length, ...kept);
    storage.links.clear();
    for (const image of kept) storage.link(layerOf(image), { repository: 'ns/app', kind: 'layer' });
  }

  private async run(event: Extract<Event, { meanwhile: Event[] }>): Promise<void> {
    const { scene } = this;
    // The lease of a killed run has expired, and requests of ended processes have taken effect.
    scene.wait(2 * MINUTE);
    const others = [...event.meanwhile];
    let changes = 0;
    const meanwhile = (): void => {
      const other = others.shift();
      if (other) this.happen(other);
    };
    scene.onList = meanwhile;
    scene.storage.onChange = () => {
      if (++changes >= event.killedAt) throw new Killed();
      meanwhile();
    };
    const done = scene.session((session) => this.work(session, event.kind));
    await done.catch((error: unknown) => {
      if (!(error instanceof Killed)) throw error;
    });
    scene.storage.onChange = () => {};
    scene.onList = () => {};
  }

  private async work(session: TrashSession, kind: Event['kind']): Promise<void> {
    const { ports } = this.scene;
    if (kind === 'sweep' || kind === 'all') await this.sweep(session);
    const found = await recheck(session, ports, await this.scene.look(session));
    if (found.stopped !== undefined) throw found.stopped;
    if (kind !== 'purge' && kind !== 'all') return;
    const { purgeable } = choosePurgeable(session, { keepMs: 0, ...found });
    const { stopped } = await purge(session, ports, purgeable);
    if (stopped !== undefined) throw stopped;
  }

  /** Moves everything to the trash that nothing uses or links, without any grace. */
  private async sweep(session: TrashSession): Promise<void> {
    const look = await this.scene.look(session, ...this.hexes);
    const isUnused = (hex: string): boolean => !look.isInUse(hex) && !look.isLinked(hex);
    const unused = this.hexes.filter(isUnused).map((hex) => this.scene.entry(hex));
    const { stopped } = await moveToTrash(session, this.scene.ports, unused);
    if (stopped !== undefined) throw stopped;
  }
}

const small = fc.nat(BLOBS - 1);
const simple: fc.Arbitrary<Event> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('push' as const), at: small }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('step' as const), at: small }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), at: small }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
);
const run: fc.Arbitrary<Event> = fc.record({
  kind: fc.constantFrom('sweep' as const, 'recheck' as const, 'purge' as const, 'all' as const),
  killedAt: fc.oneof({ weight: 2, arbitrary: fc.constant(Infinity) }, fc.integer({ min: 1, max: 12 })),
  meanwhile: fc.array(simple, { maxLength: 8 }),
});

test('no image loses its blob while runs are killed at random', async () => {
  const events = fc.array(fc.oneof({ weight: 3, arbitrary: simple }, { weight: 2, arbitrary: run }), { maxLength: 24 });
  await fc.assert(
    fc.asyncProperty(events, async (happening) => {
      const world = new World();
      for (const event of happening) {
        await world.apply(event);
        expect(world.places()).not.toContain('lost');
      }
      await world.settle();
      expect(world.places().filter((place) => place !== 'in its place')).toEqual([]);
    }),
    { numRuns: Number(process.env.PROPERTY_RUNS ?? 250) },
  );
});
