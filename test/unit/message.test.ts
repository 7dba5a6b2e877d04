import { describe, expect, test } from 'vitest'
import { Message } from '../../src/contract/entities.ts'
import { roomFrame } from '../../src/contract/frames.ts'
import { nextId } from '../../src/domain/ids.ts'
import {
  type Change,
  changedAt,
  changeFrame,
  compose,
  deleted,
  edited,
  type StoredMessage,
  toWire,
} from '../../src/domain/message.ts'

const noon = Date.UTC(2026, 10, 23, 12)
const ada = { id: '019a9d5e-2c1b-7a40-8f00-6b1f6f0e9a11', username: 'Ada' }
const bob = { id: '019a9d5e-2c1b-7a40-8f00-6b1f6f0e9a12', username: 'Bob' }
const id = nextId(null, noon, new Uint8Array(8))
const hello = compose(ada, 'Hello', { id, clientId: 'c1' })

function outcome(change: Change): StoredMessage {
  if (change.kind === 'refused') throw new Error(change.refusal.code)
  return change.message
}

const refusal = (change: Change) => (change.kind === 'refused' ? change.refusal.code : change.kind)

test('a new message is its author’s, in its first revision and never updated', () => {
  expect(hello).toEqual({
    ...{ id, user_id: ada.id, username: 'Ada', content: 'Hello', client_id: 'c1' },
    ...{ updated_at: null, is_deleted: false, revision: 1 },
  })
})

describe('an edit', () => {
  test('changes the text and raises the revision', () => {
    const now = noon + 1_000
    const message = { ...hello, content: 'Hi', revision: 2, updated_at: now }
    expect(edited(hello, ada, 'Hi', now)).toEqual({ kind: 'changed', message })
  })

  test('leaves the message that it was given alone', () => {
    edited(Object.freeze({ ...hello }), ada, 'Hi', noon)
  })

  test('to the same text is no change', () => {
    expect(edited(hello, ada, 'Hello', noon)).toEqual({ kind: 'unchanged', message: hello })
  })

  test('is later than creation and than the edit before, even when the clock is not', () => {
    const first = outcome(edited(hello, ada, 'Hi', noon - 5_000))
    expect(first.updated_at).toBe(noon + 1)
    expect(outcome(edited(first, ada, 'Hey', noon - 5_000)).updated_at).toBe(noon + 2)
  })

  test.each([
    ['someone else', bob, hello, 'not_the_author'],
    ['anyone, of no message', ada, undefined, 'not_found'],
    [
      'the author, once deleted',
      ada,
      outcome(deleted(hello, { by: ada, staff: [], now: noon })),
      'not_found',
    ],
    [
      'someone else, once deleted',
      bob,
      outcome(deleted(hello, { by: ada, staff: [], now: noon })),
      'not_found',
    ],
  ])('by %s is refused', (_name, by, message, code) => {
    expect(refusal(edited(message, by, 'Hi', noon))).toBe(code)
  })
})

describe('a deletion', () => {
  const gone = outcome(deleted(hello, { by: ada, staff: [], now: noon + 1_000 }))

  test('blanks the text for good and raises the revision', () => {
    expect(gone).toEqual({
      ...{ ...hello, content: '', is_deleted: true, references: null },
      ...{ revision: 2, updated_at: noon + 1_000 },
    })
  })

  test('again is no change and no error', () => {
    expect(deleted(gone, { by: ada, staff: [], now: noon + 2_000 })).toEqual({
      kind: 'unchanged',
      message: gone,
    })
  })

  test.each([
    ['someone else', bob, hello, 'not_the_author'],
    ['someone else, once deleted', bob, gone, 'not_found'],
    ['anyone, of no message', ada, undefined, 'not_found'],
  ])('by %s is refused', (_name, by, message, code) => {
    expect(refusal(deleted(message, { by: by, staff: [], now: noon }))).toBe(code)
  })
})

describe('on the wire', () => {
  const changed = outcome(edited(hello, ada, 'Hi', noon + 1_000))
  const gone = outcome(deleted(changed, { by: ada, staff: [], now: noon + 2_000 }))

  test('a message is of the contract, its time of creation taken from its id', () => {
    expect(toWire(hello)).toMatchObject({
      created_at: '2026-11-23T12:00:00.000Z',
      updated_at: null,
      client_id: 'c1',
    })
    for (const message of [hello, changed, gone]) {
      expect(Message.parse(toWire(message))).toEqual(toWire(message))
    }
  })

  test('a message without a client id has no such field', () => {
    expect(toWire({ ...hello, client_id: null })).not.toHaveProperty('client_id')
  })

  test('a change becomes a frame of the contract', () => {
    const data = {
      ...{ message_id: id, content: 'Hi', revision: 2 },
      updated_at: '2026-11-23T12:00:01.000Z',
    }
    const edit = changeFrame(changed)
    expect(edit).toEqual({ event: 'message_edited', data })
    expect(roomFrame('message_edited').parse(edit)).toEqual(edit)
    const deletion = changeFrame(gone)
    expect(deletion).toEqual({ event: 'message_deleted', data: { message_id: id, revision: 3 } })
    expect(roomFrame('message_deleted').parse(deletion)).toEqual(deletion)
  })

  test('the last change of a message that never changed is its creation', () => {
    expect([hello, changed].map(changedAt)).toEqual([noon, noon + 1_000])
  })
})
