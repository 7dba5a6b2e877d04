// The checker must find every kind of damage that a log can have.

import { describe, expect, test } from 'vitest'
import { ConsistencyChecker, newest } from './consistency-checker.ts'
import type { Frame, Message, Page } from './protocol.ts'

const message = (id: string, change: Partial<Message> = {}): Message => ({
  ...{ id, user_id: 'ada', username: 'Ada', content: `c-${id}: hello`, created_at: 'then' },
  ...{ updated_at: null, is_deleted: false, revision: 1, ...change },
})
const sent = (seq: number, data: Message): Frame => ({ event: 'new_message', data, seq })
const page = (messages: Message[], change: Partial<Page> = {}): Page => ({
  ...{ messages, next_cursor: null, session: { epoch: 'e', seq: 9 }, ...change },
})

/** Eve has received a1 and a2 before. */
function violations(work: (checker: ConsistencyChecker) => void): string[] {
  const checker = new ConsistencyChecker()
  for (const [index, id] of ['a1', 'a2'].entries())
    checker.observeFrame('eve', 'e', sent(index + 1, message(id)))
  work(checker)
  return checker.violations
}

function violationsOfPage(messages: Message[], change: Partial<Page> = {}): string[] {
  return violations((checker) => {
    const asked = checker.snapshot()
    checker.checkPage('bob', page(messages, change), { asked, below: newest })
  })
}

describe('a page', () => {
  test('is right with all messages, and if it ends above the missing ones', () => {
    expect(violationsOfPage([message('a2'), message('a1')])).toEqual([])
    expect(violationsOfPage([message('a2')], { next_cursor: 'a2' })).toEqual([])
  })

  test.each<[string, Message[], RegExp]>([
    ['a lost message', [message('a2')], /a1 is lost/],
    ['a doubled message', [message('a2'), message('a2'), message('a1')], /a2 stands below a2/],
    ['reordered messages', [message('a1'), message('a2')], /out of order: a2 stands below a1/],
    ['a divergent text', [message('a2', { content: 'x' }), message('a1')], /two texts/],
  ])('with %s is reported', (_name, messages, violation) => {
    expect(violationsOfPage(messages)).toEqual([expect.stringMatching(violation)])
  })

  test('with a deleted message is reported, unless it was requested before the deletion', () => {
    const all = page([message('a2'), message('a1')])
    const deletion: Frame = {
      ...{ event: 'message_deleted', data: { message_id: 'a2', revision: 2 }, seq: 3 },
    }
    const late = violations((checker) => {
      checker.observeFrame('eve', 'e', deletion)
      checker.checkPage('bob', { ...all }, { asked: checker.snapshot(), below: newest })
    })
    const early = violations((checker) => {
      const asked = checker.snapshot()
      checker.observeFrame('eve', 'e', deletion)
      checker.checkPage('bob', all, { asked, below: newest })
    })
    expect([late, early]).toEqual([['bob: the deleted a2 is in a page'], []])
  })

  test('may lack a message whose deletion was requested', () => {
    const wrong = violations((checker) => {
      checker.allowDeletion('a1')
      const asked = checker.snapshot()
      checker.checkPage('bob', page([message('a2')]), { asked, below: newest })
    })
    expect(wrong).toEqual([])
  })

  test('of an older revision, an older position and another log is reported', () => {
    const edit: Frame = {
      event: 'message_edited',
      data: { message_id: 'a2', revision: 2, content: 'new', updated_at: 'now' },
      seq: 12,
    }
    const wrong = violations((checker) => {
      checker.observeFrame('eve', 'e', edit)
      const old = page([message('a2'), message('a1')], { session: { epoch: 'f', seq: 9 } })
      checker.checkPage('bob', old, { asked: checker.snapshot(), below: newest })
    })
    expect(wrong).toEqual([
      'bob: the epoch was e and is f',
      'bob: the page is of seq 9, 12 was broadcast before',
      'bob: a2 has revision 1 in a page, and had 2',
    ])
  })
})

describe('logs that diverge are reported:', () => {
  test('two events under one seq', () => {
    const wrong = violations((checker) => checker.observeFrame('bob', 'e', sent(2, message('a1'))))
    expect(wrong).toEqual(['bob: seq 2 is new_message a2 1 and new_message a1 1'])
  })

  test('a client_id with two messages', () => {
    const wrong = violations((checker) => {
      checker.observeMessage('bob', message('a1', { client_id: 'c' }))
      checker.observeMessage('bob', message('a2', { client_id: 'c' }))
    })
    expect(wrong).toEqual(['bob: doubled: ada c is a1 and a2'])
  })

  test('a message with two client_ids', () => {
    const wrong = violations((checker) => {
      checker.observeMessage('bob', message('a1', { client_id: 'c' }))
      checker.observeMessage('bob', message('a1', { client_id: 'd' }))
    })
    expect(wrong).toEqual(['bob: doubled: a1 is ada c and ada d'])
  })
})

test('messages of other authors may disappear', () => {
  const checker = new ConsistencyChecker(new Set(['ada']))
  const [own, foreign] = [message('a1'), message('a2', { user_id: 'eve' })]
  checker.observeFrame('bob', 'e', sent(1, own))
  checker.observeFrame('bob', 'e', sent(2, foreign))
  const check = (messages: Message[]) => {
    const asked = checker.snapshot()
    checker.checkPage('bob', page(messages), { asked, below: newest })
  }
  check([foreign, own])
  check([own])
  expect(checker.violations).toEqual([])
  check([])
  expect(checker.violations).toEqual([expect.stringMatching(/a1 is lost/)])
})

describe('when another log begins', () => {
  const row = (id: string, fields: object = {}) => ({
    ...message(id),
    updated_at: null,
    is_deleted: false,
    ...fields,
  })
  const afterLoss = (): ConsistencyChecker => {
    const checker = new ConsistencyChecker()
    for (const [seq, id] of [1, 2, 3].map((seq) => [seq, `a${seq}`] as const))
      checker.observeFrame('bob', 'e', sent(seq, message(id)))
    checker.beginEpoch([row('a1'), row('a2', { is_deleted: true, content: '' })])
    return checker
  }

  test('what Postgres had must be there, and what it lacked may be gone', () => {
    const checker = afterLoss()
    const check = (messages: Message[]) => {
      const asked = checker.snapshot()
      const session = { epoch: 'f', seq: 0 }
      checker.checkPage('bob', { ...page(messages), session }, { asked, below: newest })
    }
    check([message('a1')])
    expect(checker.violations).toEqual([])
    check([message('a2')])
    expect(checker.violations).toEqual([
      'bob: the deleted a2 is in a page',
      expect.stringMatching(/a1 is lost/),
    ])
  })

  test('the former log must be over', () => {
    const checker = afterLoss()
    checker.observeFrame('bob', 'e', sent(4, message('a4')))
    expect(checker.violations).toEqual(['bob: the epoch e is over'])
  })
})
