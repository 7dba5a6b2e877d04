// What the witness exists to notice, at any moment of a round.

import { describe, expect, test } from 'vitest'
import type { Message, Page } from './wire.ts'
import { newest, Witness } from './witness.ts'

describe('the witness', () => {
  const message = (id: string, change: Partial<Message> = {}): Message => ({
    id,
    user_id: 'ada',
    content: `c-${id}: hello`,
    revision: 1,
    updated_at: null,
    username: 'Ada',
    is_deleted: false,
    ...change,
  })
  const page = (messages: Message[], change: Partial<Page> = {}): Page => ({
    messages,
    next_cursor: null,
    session: { epoch: 'e', seq: 9 },
    ...change,
  })

  function accused(work: (witness: Witness) => void): string[] {
    const witness = new Witness()
    witness.saw('eve', message('a1'))
    witness.saw('eve', message('a2'))
    work(witness)
    return witness.accusations
  }

  const shows = (messages: Message[], change: Partial<Page> = {}) =>
    accused((witness) => {
      const asked = witness.ask()
      witness.sawPage('bob', page(messages, change), { asked, below: newest })
    })

  test('accepts a page that has all, and one that ends above', () => {
    expect(shows([message('a2'), message('a1')])).toEqual([])
    expect(shows([message('a2')], { next_cursor: 'a2' })).toEqual([])
  })

  test.each<[string, string[], RegExp]>([
    ['a lost message', shows([message('a2')]), /a1 is lost/],
    ['a doubled one', shows([message('a2'), message('a2'), message('a1')]), /a2 stands below a2/],
    ['swapped ones', shows([message('a1'), message('a2')]), /a2 stands below a1/],
    ['another text', shows([message('a2', { content: 'x' }), message('a1')]), /two texts/],
  ])('reports %s in a page', (_name, accusations, wrong) => {
    expect(accusations).toEqual([expect.stringMatching(wrong)])
  })

  test('reports a deleted message that is shown, and not one that was asked for before', () => {
    const all = page([message('a2'), message('a1')])
    const late = accused((witness) => {
      witness.sawDeletion('a2')
      witness.sawPage('bob', all, { asked: witness.ask(), below: newest })
    })
    const early = accused((witness) => {
      const asked = witness.ask()
      witness.sawDeletion('a2')
      witness.sawPage('bob', all, { asked, below: newest })
    })
    expect([late, early]).toEqual([['bob: deleted a2 is in a page'], []])
  })

  test('reports a step back, an older position and another log', () => {
    const wrong = accused((witness) => {
      witness.saw('eve', message('a2', { revision: 2, content: 'new' }))
      witness.heard('eve', 'e', 12, 'new_message a2')
      witness.heard('bob', 'e', 12, 'new_message a1')
      const old = page([message('a2'), message('a1')])
      witness.sawPage('bob', old, { asked: witness.ask(), below: newest })
      witness.sawEpoch('bob', 'f')
    })
    expect(wrong).toEqual([
      'bob: seq 12 is new_message a2 and new_message a1',
      'bob: the page is of 9, 12 had been told',
      'bob: a2 is at 1 in a page, was at 2',
      'bob: the epoch was e and is f',
    ])
  })

  test('reports a client_id that made two messages', () => {
    const wrong = accused((witness) => {
      witness.sawMaking('bob', message('a1', { client_id: 'c' }))
      witness.sawMaking('bob', message('a2', { client_id: 'c' }))
    })
    expect(wrong).toEqual(['bob: doubled: ada c is a1 and a2'])
  })
})
