// What replies show must be what their messages are, in the history and in what a client makes of events.

import { describe, expect, test } from 'vitest'
import { ClientView } from './client-view.ts'
import { compareReferenced } from './compare-references.ts'
import { ConsistencyChecker } from './consistency-checker.ts'
import type { Frame, Message, Referenced } from './protocol.ts'

const message = (id: string, change: Partial<Message> = {}): Message => ({
  ...{ id, user_id: 'ada', username: 'Ada', content: `text of ${id}`, created_at: 'then' },
  ...{ updated_at: null, is_deleted: false, revision: 1, ...change },
})
const reply = (change: Partial<Referenced> = {}): Message => {
  const excerpt = 'text of a1'
  const referenced = { id: 'a1', user_id: 'ada', username: 'Ada', excerpt, is_deleted: false }
  return message('a2', { reply_to: 'a1', referenced: { ...referenced, ...change } })
}
const deleted = { excerpt: '', is_deleted: true }
const deletion: Frame = {
  ...{ event: 'message_deleted', data: { message_id: 'a1', revision: 2 }, seq: 3 },
}
const purge: Frame = {
  event: 'messages_purged',
  data: { user_id: 'ada', from_id: 'a1', to_id: 'a1', revision: 9 },
  seq: 3,
}
const edit: Frame = {
  event: 'message_edited',
  data: { message_id: 'a1', content: '针'.repeat(141), updated_at: 'now', revision: 2 },
  seq: 3,
}

describe('a reply', () => {
  const differences = (shown: Message, history: Message[]) =>
    compareReferenced('Eve', [shown], [...history, shown])

  test('that shows the message as it is agrees with the history, and so does one that shows nothing', () => {
    expect(differences(reply(), [message('a1')])).toEqual([])
    expect(differences(reply(deleted), [])).toEqual([])
    expect(differences(message('a2', { reply_to: 'a1' }), [])).toEqual([])
  })

  test.each<[string, Message, Message[], RegExp]>([
    ['a deleted text', reply(), [], /a1 which was deleted/],
    ['a present message as deleted', reply(deleted), [message('a1')], /a1 as deleted/],
    ['the text of a deleted message', reply({ is_deleted: true }), [], /as text of a1/],
    ['an older text', reply(), [message('a1', { content: 'new' })], /and it is new/],
    ['another author', reply({ user_id: 'bob' }), [message('a1')], /as of bob/],
    ['another message', reply({ id: 'a0' }), [message('a1')], /shows a0/],
  ])('with %s differs', (_, shown, history, difference) => {
    expect(differences(shown, history)).toEqual([expect.stringMatching(difference)])
  })
})

describe('a client', () => {
  const shownAfter = (...frames: Frame[]) => {
    const view = new ClientView()
    view.load({ messages: [reply(), message('a1')], horizon: '' })
    for (const frame of frames) view.apply(frame)
    return view.shown().find(({ id }) => id === 'a2')?.referenced
  }

  test('changes replies with the message that they are to', () => {
    expect(shownAfter()).toEqual(reply().referenced)
    expect(shownAfter(edit)).toMatchObject({ excerpt: '针'.repeat(140), is_deleted: false })
    for (const gone of [deletion, purge]) expect(shownAfter(gone)).toMatchObject(deleted)
  })
})

describe('a deleted text in a reply is reported', () => {
  const violations = (order: 'before' | 'after', frame: Frame, shown: Message): string[] => {
    const checker = new ConsistencyChecker()
    checker.observeMessage('Bob', message('a1'))
    const early = checker.snapshot()
    checker.observeFrame('Bob', 'e', frame)
    const asked = order === 'before' ? checker.snapshot() : early
    checker.checkReferenced('Eve', shown, asked)
    return checker.violations
  }

  test.each([
    ['deletion', deletion],
    ['purge', purge],
  ])('if the %s was known before the answer was requested', (_, frame) => {
    const found = ['Eve: a2 shows the deleted a1']
    expect(violations('before', frame, reply())).toEqual(found)
    expect(violations('before', frame, reply({ is_deleted: true }))).toEqual(found)
    expect(violations('before', frame, reply(deleted))).toEqual([])
    expect(violations('after', frame, reply())).toEqual([])
  })
})
