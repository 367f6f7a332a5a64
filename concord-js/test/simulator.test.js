import { ConcordSession } from '../src/session.js';
import { bindTextarea } from '../src/textarea.js';
import { assert, assertEquals } from './assert.js';
import { PLANTS, planted } from './plants.js';
import { scheduleOf } from './schedule.js';
import { run, runSeeds } from './simulator.js';

const client = { ConcordSession, bindTextarea };
const { CONCORD_SEED, CONCORD_SCHEDULE, CONCORD_TRIES } = process.env;
/** At least so many, and more when other random tests are tried more than a hundred times. */
const SEEDS = 2_000;
const MOST_SEEDS = 1_000;

async function findsPlant(plant) {
  const { client: faulty, forget } = await planted(plant);
  try {
    for (let seed = 1; seed <= MOST_SEEDS; seed++) {
      try {
        await run(scheduleOf(seed), faulty);
      } catch (error) {
        return `found by seed ${seed}: ${error.message.slice(0, 120)}`;
      }
    }
  } finally {
    await forget();
  }
  throw new Error(`${MOST_SEEDS} schedules do not find it`);
}

export const tests = {
  async 'nothing typed is lost, or called saved when it is not, under schedules from seeds'() {
    if (CONCORD_SCHEDULE !== undefined) {
      await run(JSON.parse(CONCORD_SCHEDULE), client);
      return 'the schedule passes';
    }
    const count = CONCORD_SEED === undefined ? Math.max(SEEDS, Math.floor((Number(CONCORD_TRIES ?? 100) / 100) * SEEDS)) : 1;
    const first = Number(CONCORD_SEED ?? Math.floor(Math.random() * 2 ** 30));
    const { seeds, steps, faults } = await runSeeds(first, count, client);
    return `${seeds} seeds from ${first}: ${steps} steps, ${faults} faults, 0 lost, 0 falsely saved`;
  },

  async 'a page that is hidden, frozen and discarded before its database is open has kept what was typed'() {
    await run({ seed: 1058, steps: ['type 0 730', 'freeze 11 2925', 'wait 11 4961', 'crash 10 971'] }, client);
  },

  async 'what a full database has refused is in it soon after it has room again'() {
    const waits = Array.from({ length: 4 }, () => 'wait 0 9996');
    const steps = ['type 0 1', 'down 0 1', 'wait 0 1001', 'store-full 0 1', 'type 0 5', 'wait 0 1001', 'store-works 0 1', ...waits, 'crash 0 1'];
    await run({ seed: 1, steps }, client);
  },

  async 'an adopted row is not deleted before the database has taken what stands in its place'() {
    const steps = ['server-crash 4 8853', 'type 0 9632', 'server-start 3 8594', 'close 2 7219', 'type 11 3973', 'server-holds 10 72'];
    await run({ seed: 105063, steps: [...steps, 'store-full 4 4104', 'crash 9 71', 'server-crash 10 2014'] }, client);
  },

  async 'the schedules are those of the JVM client'() {
    const steps = 'type 5 749,wait 5 4867,type 3 5526,type 1 7137,hide 9 8797,compose 8 2867';
    assertEquals(steps, scheduleOf(3).steps.join().slice(0, steps.length), 'steps');
  },

  async 'a schedule does the same each time'() {
    assertEquals(JSON.stringify(scheduleOf(3)), JSON.stringify(scheduleOf(3)), 'the schedule');
    const [first, second] = [await run(scheduleOf(3), client), await run(scheduleOf(3), client)];
    assertEquals(JSON.stringify(first), JSON.stringify(second), 'what is counted');
    assert(first.faults > 0, 'it has no faults');
  },
};

for (const [name, plant] of Object.entries(PLANTS)) {
  tests[`it finds the planted error: ${name}`] = () => findsPlant(plant);
}
