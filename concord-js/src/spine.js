import { MAX_COUNTER } from './bounds.js';
import { ByteWriter } from './bytes.js';
import { MalformedStateError } from './errors.js';
import { HEAD, compareIds } from './operation.js';

/** The bits of a run's kind byte. */
export const KIND = { deleted: 1, counter: 2, before: 4, shift: 8, pops: 16, site: 64, unused: 128 };
const MANY_POPS = 3;

const HEAD_RUN = { site: '', counter: 0, length: 1, before: false, depth: 0 };

/** What `site` and `counter` of a run are expected to be, from those that came before it in the document. */
class Predictions {
  #counters = new Map();
  #lastSite;

  constructor(firstSite) {
    this.#lastSite = firstSite;
  }

  counter(site) {
    return this.#counters.get(site) ?? 1;
  }

  site(parent, before) {
    return before || parent.site === '' ? this.#lastSite : parent.site;
  }

  passed(run) {
    this.#counters.set(run.site, run.counter + run.length);
    this.#lastSite = run.site;
  }
}

/** Writes where each run of a tree hangs, in document order. */
export class SpineWriter {
  columns = {
    afterCounters: new ByteWriter(),
    beforeCounters: new ByteWriter(),
    pops: new ByteWriter(),
    shifts: new ByteWriter(),
    siteIndexes: new ByteWriter(),
  };

  #sites;
  #spine = [HEAD_RUN];
  #predictions;

  constructor(sites) {
    this.#sites = sites;
    this.#predictions = new Predictions(sites.keys().next().value);
  }

  /** Returns the kind of the run, but for whether it is deleted. */
  write(run) {
    let kind = this.#pop(run.depth);
    const top = this.#spine[this.#spine.length - 1];
    const last = top.depth + top.length - 1;
    let parent = HEAD;
    if (run.before) {
      const shift = run.depth - last - 2;
      kind |= KIND.before;
      if (shift !== 0) {
        kind |= KIND.shift;
        this.columns.shifts.zigzag(shift);
      }
      this.columns.beforeCounters.zigzag(run.counter - this.#predictions.counter(run.site));
    } else {
      const shift = last - (run.depth - 1);
      parent = { site: top.site, counter: top.counter + top.length - 1 - shift };
      if (shift !== 0) {
        kind |= KIND.shift;
        this.columns.shifts.varint(shift);
      }
      if (run.counter !== parent.counter + 1) {
        kind |= KIND.counter;
        this.columns.afterCounters.zigzag(run.counter - this.#predictions.counter(run.site));
      }
    }
    if (run.site !== this.#predictions.site(parent, run.before)) {
      kind |= KIND.site;
      this.columns.siteIndexes.varint(this.#sites.get(run.site));
    }
    this.#predictions.passed(run);
    this.#spine.push(run);
    return kind;
  }

  #pop(depth) {
    let pops = 0;
    while (this.#spine[this.#spine.length - 1].depth >= depth) {
      this.#spine.pop();
      pops++;
    }
    if (pops < MANY_POPS) {
      return pops * KIND.pops;
    }
    this.columns.pops.varint(pops - MANY_POPS);
    return MANY_POPS * KIND.pops;
  }
}

/**
 * Reads where each run hangs. On the spine a run also carries where its subtree begins, `start`, and where that of its
 * first sibling on its side does, `firstStart`, both as numbers of runs; and a left child its later sibling, so that its
 * parent can be given it when it is known.
 */
export class SpineReader {
  #sites;
  #columns;
  #spine = [{ ...HEAD_RUN, start: -1, firstStart: -1 }];
  #predictions;
  #number = 0;

  constructor(sites, columns) {
    this.#sites = sites;
    this.#columns = columns;
    this.#predictions = new Predictions(sites[0]);
  }

  read(kind, length) {
    if ((kind & KIND.unused) !== 0) {
      throw new MalformedStateError('a run is of an unknown kind');
    }
    const popped = this.#pop(kind);
    const top = this.#spine[this.#spine.length - 1];
    const before = (kind & KIND.before) !== 0;
    const run = before ? this.#readBefore(kind, top) : this.#readAfter(kind, top);
    run.length = length;
    run.start = this.#number;
    run.firstStart = -1;
    run.markerAt = -1;
    run.earlier = null;
    this.#relate(run, popped, top);
    this.#predictions.passed(run);
    this.#spine.push(run);
    this.#number++;
    return run;
  }

  end() {
    if (this.#spine.some((run) => run.before)) {
      throw new MalformedStateError('a run has no parent');
    }
  }

  #pop(kind) {
    let pops = (kind / KIND.pops) & 3;
    if (pops === MANY_POPS) {
      pops += this.#columns.pops.varint();
    }
    if (pops >= this.#spine.length) {
      throw new MalformedStateError('more runs are popped than there are');
    }
    return this.#spine.splice(this.#spine.length - pops);
  }

  #readAfter(kind, top) {
    const shift = (kind & KIND.shift) === 0 ? 0 : this.#columns.shifts.varint();
    if (shift >= top.length) {
      throw new MalformedStateError('the parent of a run is outside of the run that it should be in');
    }
    const index = top.length - 1 - shift;
    const anchor = { site: top.site, counter: top.counter + index };
    const site = this.#readSite(kind, this.#predictions.site(anchor, false));
    let counter = anchor.counter + 1;
    if ((kind & KIND.counter) !== 0) {
      counter = this.#predictions.counter(site) + this.#columns.afterCounters.zigzag();
    }
    checkCounter(counter);
    return { site, counter, length: 0, anchor, before: false, text: null, depth: top.depth + index + 1 };
  }

  #readBefore(kind, top) {
    if ((kind & KIND.counter) !== 0) {
      throw new MalformedStateError('a run is of an unknown kind');
    }
    const shift = (kind & KIND.shift) === 0 ? 0 : this.#columns.shifts.zigzag();
    const depth = top.depth + top.length - 1 + 2 + shift;
    if (depth <= top.depth || !Number.isSafeInteger(depth)) {
      throw new MalformedStateError('a run is not as deep as it must be');
    }
    const site = this.#readSite(kind, this.#predictions.site(HEAD, true));
    const counter = this.#predictions.counter(site) + this.#columns.beforeCounters.zigzag();
    checkCounter(counter);
    return { site, counter, length: 0, anchor: null, before: true, text: null, depth };
  }

  #readSite(kind, predicted) {
    const site = (kind & KIND.site) === 0 ? predicted : this.#sites[this.#columns.siteIndexes.varint()];
    if (site === undefined) {
      throw new MalformedStateError('a run names a site that is not in the list');
    }
    return site;
  }

  /** Tells the popped left children their parent, and finds out whether the run has an earlier sibling. */
  #relate(run, popped, top) {
    let sibling = null;
    for (const passed of popped) {
      if (passed.depth < run.depth) {
        throw new MalformedStateError('a run is popped that is less deep than the next one');
      }
      if (passed.depth === run.depth && passed.before === run.before) {
        sibling = passed;
      } else if (passed.before) {
        if (passed.depth !== run.depth + 1) {
          throw new MalformedStateError('a run has no parent');
        }
        adopt(run, passed);
      }
    }
    run.firstStart = sibling === null ? run.start : sibling.firstStart;
    if (sibling !== null) {
      run.earlier = run.before ? sibling : null;
      checkSiblings(sibling, run);
      run.markerAt = run.start;
    } else if (!run.before && run.anchor.counter + 1 < top.counter + top.length) {
      checkSiblings({ site: top.site, counter: run.anchor.counter + 1 }, run);
      run.markerAt = run.start;
    }
  }
}

/** Gives a parent its last left child, and through it the earlier ones. */
function adopt(parent, child) {
  parent.start = child.firstStart;
  for (let left = child; left !== null; left = left.earlier) {
    left.anchor = { site: parent.site, counter: parent.counter };
  }
}

function checkSiblings(left, right) {
  if (compareIds(left, right) >= 0) {
    throw new MalformedStateError('siblings are out of order');
  }
}

function checkCounter(counter) {
  if (counter < 1 || counter > MAX_COUNTER) {
    throw new MalformedStateError('a counter is outside of 1 to 2^53-1');
  }
}
