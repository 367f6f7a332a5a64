import { ByteReader, ByteWriter } from '../src/bytes.js';
import { ConcordDocument } from '../src/document.js';
import { unpackState } from '../src/envelope.js';
import { ConcordError, ConflictError, MalformedStateError } from '../src/errors.js';
import { assert, assertBytes, assertEquals, assertThrows, hex } from './assert.js';
import { Checked, randomEdit, randomHistory } from './histories.js';

const HEAD = { site: '', counter: 0 };

function copyOf(document) {
  const copy = new ConcordDocument('copy');
  copy.mergeBody(document.encodeBody());
  return copy;
}

/** A document that has received only some of the operations, so that some wait. */
function partial(random, all) {
  const document = new ConcordDocument('partial');
  random.shuffle([...all]).forEach((operation) => random.chance(0.6) && document.apply(operation));
  return document;
}

async function rejects(type, promise, message) {
  try {
    await promise;
  } catch (error) {
    assert(error instanceof type, `${message}: expected ${type.name}, but got ${error.stack}`);
    return;
  }
  throw new Error(`${message}: expected ${type.name}, but nothing was thrown`);
}

export const share = 0.25;

export const properties = {
  'a state, loaded, writes the same bytes and takes the same operations'(random) {
    const { replicas, all } = randomHistory(random, { steps: 30 });
    const document = partial(random, all);
    const copy = copyOf(document);
    assertEquals(document.text, copy.text, 'text');
    assertBytes(document.encodeBody(), copy.encodeBody(), 'bytes');
    assertBytes(document.version(), copy.version(), 'version');
    let text = copy.text;
    for (const operation of random.shuffle([...all])) {
      for (const { offset, removed, inserted } of copy.apply(operation)) {
        text = text.slice(0, offset) + inserted + text.slice(offset + removed);
      }
    }
    assertEquals(replicas[0].text, copy.text, 'text in the end');
    assertEquals(replicas[0].text, text, 'text by changes');
    assertBytes(replicas[0].document.encodeBody(), copy.encodeBody(), 'bytes in the end');
  },

  'merging states is applying their operations'(random) {
    const { replicas, all } = randomHistory(random, { steps: 30 });
    const parts = [partial(random, all), partial(random, all), replicas[0].document];
    const target = partial(random, all);
    let text = target.text;
    for (const part of parts) {
      for (const { offset, removed, inserted } of target.mergeBody(part.encodeBody())) {
        text = text.slice(0, offset) + inserted + text.slice(offset + removed);
      }
      assertEquals(target.text, text, 'text by changes');
      assertEquals(0, target.mergeBody(part.encodeBody()).length, 'changes when merged again');
    }
    assertBytes(replicas[0].document.encodeBody(), target.encodeBody(), 'bytes');
  },

  'the parts that two replicas are missing make them equal, as states and as operations'(random) {
    const { replicas, all } = randomHistory(random, { steps: 30 });
    const [a, b, c] = [partial(random, all), partial(random, all), partial(random, all)];
    const toC = [...a.missingFrom(c.version()), ...b.missingFrom(c.version())];
    a.missingFrom(b.version()).forEach((operation) => b.apply(operation));
    b.missingFrom(a.version()).forEach((operation) => a.apply(operation));
    assertBytes(a.encodeBody(), b.encodeBody(), 'bytes of a and b');
    assertEquals(0, a.missingFrom(b.version()).length, 'operations that are still missing');
    toC.forEach((operation) => c.apply(operation));
    c.missingFrom(a.version()).forEach((operation) => a.apply(operation));
    assertBytes(a.encodeBody(), c.encodeBody(), 'bytes of a and c');
    assert(!c.text.includes('\ufffd'), 'replacement characters are visible');
    const d = partial(random, all);
    const whole = replicas[0].document;
    return whole.difference(d.version()).then(async (difference) => {
      const before = d.text;
      let text = before;
      for (const { offset, removed, inserted } of await d.merge(difference)) {
        text = text.slice(0, offset) + inserted + text.slice(offset + removed);
      }
      assertEquals(whole.text, text, 'text by changes');
      assertBytes(whole.encodeBody(), d.encodeBody(), 'bytes after the difference');
    });
  },

  'an operation of a difference never shows what is deleted'(random) {
    const { replicas } = randomHistory(random, { steps: 20 });
    const checked = new Checked('late');
    for (const operation of replicas[0].document.missingFrom(checked.document.version())) {
      checked.document.apply(operation);
      assert(!checked.document.text.includes('\ufffd'), 'replacement characters are visible');
    }
    assertBytes(replicas[0].document.encodeBody(), checked.document.encodeBody(), 'bytes');
  },

  'editing goes on after loading'(random) {
    const { replicas } = randomHistory(random, { steps: 30 });
    const document = copyOf(replicas[0].document);
    const twin = replicas[0];
    for (let i = 0; i < 15; i++) {
      const operations = randomEdit(random, twin);
      operations.forEach((operation) => document.apply(operation));
    }
    assertEquals(twin.text, document.text, 'text');
    assertBytes(twin.document.encodeBody(), document.encodeBody(), 'bytes');
  },

  'bytes that are cut or changed give a typed error or a document, never anything else'(random) {
    const { all } = randomHistory(random, { steps: 15 });
    const document = partial(random, all);
    const body = document.encodeBody();
    const version = document.version();
    for (let i = 0; i < 40; i++) {
      const broken = random.chance(0.5) ? body.slice(0, random.below(body.length)) : flip(random, body);
      for (const target of [new ConcordDocument('t'), copyOf(document)]) {
        const before = hex(target.encodeBody());
        try {
          target.mergeBody(broken);
          assertBytes(target.encodeBody(), copyOf(target).encodeBody(), 'bytes of what was accepted');
        } catch (error) {
          assert(error instanceof ConcordError, `not a typed error: ${error.stack}`);
          assertEquals(before, hex(target.encodeBody()), 'a trace of a broken state');
        }
      }
      try {
        document.missingFrom(random.chance(0.5) ? version.slice(0, random.below(version.length)) : flip(random, version));
      } catch (error) {
        assert(error instanceof MalformedStateError, `not a typed error: ${error.stack}`);
      }
    }
  },
};

function flip(random, bytes) {
  const changed = bytes.slice();
  changed[random.below(changed.length)] ^= 1 << random.below(8);
  return changed;
}

export const tests = {
  'numbers of every size come back'() {
    const numbers = [0, 1, 63, 64, 127, 128, 8191, 8192, 2 ** 31, 2 ** 32 + 1, 2 ** 52, 2 ** 53 - 1];
    const writer = new ByteWriter();
    for (const number of numbers) {
      writer.varint(number);
      writer.zigzag(number);
      writer.zigzag(-number);
    }
    const reader = new ByteReader(writer.toBytes());
    for (const number of numbers) {
      assertEquals(number, reader.varint(), 'varint');
      assertEquals(number, reader.zigzag(), 'zigzag');
      assertEquals(number, Math.abs(reader.zigzag()), 'negative zigzag');
    }
    reader.end();
    assertThrows(MalformedStateError, () => new ByteReader(new Uint8Array(9).fill(255)).varint(), 'nine bytes');
  },

  'an empty document is nine empty columns'() {
    assertEquals('00' + '00' + '00'.repeat(9) + '0000', hex(new ConcordDocument('a').encodeBody()), 'body');
    assertEquals('43560100', hex(new ConcordDocument('a').version()), 'version');
  },

  'the bytes of a small document are the ones that the format describes'() {
    const document = new ConcordDocument('a');
    document.insert(0, 'AB');
    document.insert(1, 'x');
    document.delete(0, 1);
    // a1 deleted; x = a3 before a2; a2 after a1.
    const expected = [
      '01' + '0161',
      '03',
      '02' + '7842',
      '03' + '01' + '04' + '10',
      '02' + '0000',
      '01' + '00',
      '00',
      '01' + '02',
      '00',
      '00',
      '00',
      '00' + '00',
    ].join('');
    assertEquals(expected, hex(document.encodeBody()), 'body');
  },

  async 'the envelope is checked before anything is allocated'() {
    const document = new ConcordDocument('a');
    document.insert(0, 'abc'.repeat(1000));
    const packed = await document.encode();
    assertEquals('43440101', hex(packed.slice(0, 4)), 'envelope');
    assertBytes(document.encodeBody(), await unpackState(packed), 'body');
    const bytes = (...list) => Uint8Array.from(list);
    await rejects(MalformedStateError, unpackState(bytes()), 'nothing');
    await rejects(MalformedStateError, unpackState(bytes(0x43, 0x56, 1, 0)), 'another mark');
    await rejects(MalformedStateError, unpackState(bytes(0x43, 0x44, 2, 0)), 'another version');
    await rejects(MalformedStateError, unpackState(bytes(0x43, 0x44, 1, 2)), 'another compression');
    await rejects(MalformedStateError, unpackState(bytes(0x43, 0x44, 1, 1, 255, 255, 255, 127, 3, 0)), 'a huge length');
    await rejects(MalformedStateError, unpackState(bytes(0x43, 0x44, 1, 1, 5, 255, 255, 255)), 'no DEFLATE');
    for (let length = 0; length < packed.length; length += 3) {
      await rejects(MalformedStateError, unpackState(packed.slice(0, length)), `cut at ${length}`);
    }
    const tooLong = packed.slice();
    tooLong[4] -= 1;
    await rejects(MalformedStateError, unpackState(tooLong), 'more than announced');
  },

  'a counter at the upper end survives'() {
    const document = new ConcordDocument('a');
    document.apply({ kind: 'insert', id: { site: 'b', counter: 2 ** 53 - 1 }, after: HEAD, value: 'z' });
    document.apply({ kind: 'insert', id: { site: 'b', counter: 1 }, before: { site: 'b', counter: 2 ** 53 - 1 }, value: 'y' });
    document.apply({ kind: 'insert', id: { site: 'b', counter: 3 }, after: { site: 'b', counter: 2 ** 53 - 1 }, value: 'x' });
    const copy = copyOf(document);
    assertEquals('yzx', copy.text, 'text');
    assertBytes(document.encodeBody(), copy.encodeBody(), 'bytes');
    assertBytes(document.version(), copy.version(), 'version');
  },

  'a state that contradicts what is known is a conflict and changes nothing'() {
    const [mine, theirs] = [new ConcordDocument('a'), new ConcordDocument('b')];
    mine.apply({ kind: 'insert', id: { site: 's', counter: 1 }, after: HEAD, value: 'mine' });
    theirs.apply({ kind: 'insert', id: { site: 't', counter: 1 }, after: HEAD, value: 'more' });
    theirs.apply({ kind: 'insert', id: { site: 's', counter: 1 }, after: HEAD, value: 'none' });
    assertThrows(ConflictError, () => mine.mergeBody(theirs.encodeBody()), 'merge');
    assertEquals('mine', mine.text, 'text');
  },

  async 'the digest is that of the canonical bytes'() {
    const document = new ConcordDocument('a');
    assertEquals(64, (await document.digest()).length, 'length');
    assertEquals(await document.digest(), await new ConcordDocument('b').digest(), 'digest of nothing');
  },
};
