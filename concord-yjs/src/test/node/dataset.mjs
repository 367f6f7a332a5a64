// node dataset.mjs small-test-dataset.bin > dataset-states.txt: for each document of y-crdt's data set the first 16 hex digits of the SHA-256 of the
// state that Yjs encodes after all updates, in both versions. See DatasetTest.
import * as Y from 'yjs'
import * as decoding from 'lib0/decoding'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

const hash = bytes => createHash('sha256').update(bytes).digest('hex').slice(0, 16)
const decoder = decoding.createDecoder(new Uint8Array(readFileSync(process.argv[2])))
for (let left = decoding.readVarUint(decoder); left > 0; left--) {
  const doc = new Y.Doc()
  doc.getText('text')
  doc.getMap('map')
  doc.getArray('array')
  for (let updates = decoding.readVarUint(decoder); updates > 0; updates--) Y.applyUpdate(doc, decoding.readVarUint8Array(decoder))
  decoding.readVarString(decoder)
  decoding.readAny(decoder)
  decoding.readAny(decoder)
  console.log(hash(Y.encodeStateAsUpdate(doc)) + ' ' + hash(Y.encodeStateAsUpdateV2(doc)))
}
