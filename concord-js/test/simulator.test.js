import { ConcordSession } from '../src/session.js';
import { bindTextarea } from '../src/textarea.js';
import { assertEquals } from './assert.js';
import { PLANTS, planted } from './plants.js';
import { scheduleOf } from './schedule.js';
import { run, runSeeds } from './simulator.js';

const client = { ConcordSession, bindTextarea };
const { CONCORD_SEED, CONCORD_SCHEDULE, CONCORD_TRIES } = process.env;
/** At least so many, and more when other random tests are tried more than a hundred times. */
const SEEDS = 2_000;
/** Up to so many seeds are the same each time, so that a build fails for what it builds; more begin anywhere. */
const FIXED_SEEDS = 20_000;
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
    const first = Number(CONCORD_SEED ?? (count > FIXED_SEEDS ? Math.floor(Math.random() * 2 ** 30) : 1));
    // Should the process end, it is known where.
    console.log(`simulator: ${count} seeds from ${first}`);
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

  async 'a placeholder for text that comes back is not offered as what could not be saved'() {
    const ends = ['crash 6 630', 'crash 2 5894', 'type 3 4427', 'up 10 2148', 'duplicate 4 4604', 'store-hangs 8 8476', 'type 11 547'];
    const edits = ['undo 5 6574', 'compose 4 6390', 'wait 9 9314', 'delete 1 5599', 'server-crash 8 944', 'up 5 8075', 'offline 4 8502'];
    const more = ['redo 7 9132', 'server-start 7 5613', 'close 1 7041', 'close 4 4907', 'crash 8 840', 'type 10 7043', 'open 7 5037'];
    const last = ['compose 0 4857', 'store-works 3 2465', 'server-start 8 7181', 'close 0 8918'];
    const steps = ['type 0 1605', 'compose 6 5583', 'server-holds 2 5178', ...ends, ...edits, ...more, ...last];
    await run({ seed: 300035465, steps }, client);
  },

  async 'what is typed offline in a page that was in the back/forward cache is not lost when the history ends that has the text beside it'() {
    const cached = ['offline 10 2525', 'type 2 3489', 'type 8 1662', 'leave 0 6237', 'back 10 3179', 'open 9 1792', 'back 7 9232'];
    const steps = [...cached, 'type 7 9324', 'close 11 9514', 'compose 6 1541', 'server-forgets 7 7372', 'close 10 2655'];
    await run({ seed: 55627, steps }, client);
  },

  async 'a text is not put back with rows that have no place in it'() {
    const before = ['type 8 5528', 'server-crash 1 2214', 'wait 9 4585', 'open 3 8490', 'server-start 6 2254', 'type 5 1754'];
    await run({ seed: 40292, steps: [...before, 'server-forgets 10 3730', 'type 9 2619', 'wait 1 6704', 'crash 3 4704'] }, client);
  },

  async 'the schedules are those of the JVM client'() {
    const steps = 'type 5 749,wait 5 4867,type 3 5526,type 1 7137,show 9 8797,composed 8 2867';
    assertEquals(steps, scheduleOf(3).steps.join().slice(0, steps.length), 'steps');
  },

  async 'a schedule does the same each time'() {
    assertEquals(JSON.stringify(scheduleOf(3)), JSON.stringify(scheduleOf(3)), 'the schedule');
    for (let seed = 1; seed <= 50; seed++) {
      const [first, second] = [await run(scheduleOf(seed), client), await run(scheduleOf(seed), client)];
      assertEquals(JSON.stringify(first), JSON.stringify(second), `what has happened under seed ${seed}`);
    }
  },
};

for (const [name, plant] of Object.entries(PLANTS)) {
  tests[`it finds the planted error: ${name}`] = () => findsPlant(plant);
}
