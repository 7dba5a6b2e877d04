import { describe, expect, test } from 'vitest'
import { ChatProblem } from '../../src/client/problem.ts'
import type { ChatMessage, SentMessage } from '../../src/client/state.ts'
import { chipLabel, chipsOf, toggled } from '../../src/web/reactions/chips-of.ts'
import { NewReactions } from '../../src/web/reactions/new-reactions.ts'
import { reactionFailure } from '../../src/web/reactions/reaction-failure.ts'
import { whoText } from '../../src/web/reactions/who-text.ts'
import { ada, bob, idOf, pending, sent } from './messages.ts'

const reacted = (counts: Record<string, number>, own: string[] = []) => ({
  reactions: { counts, revision: 1 },
  ownReactions: own,
})

describe('the chips of a message', () => {
  test('are in the order of the room, whatever the counts are, and others come after them', () => {
    const chips = chipsOf(reacted({ '🦄': 9, '🎉': 1, '👍': 2 }, ['👍']), ['👍', '❤️', '🎉'])
    expect(chips).toEqual([
      { emoji: '👍', count: 2, isOwn: true },
      { emoji: '🎉', count: 1, isOwn: false },
      { emoji: '🦄', count: 9, isOwn: false },
    ])
  })

  test('are none without reactions', () => {
    expect(chipsOf({}, ['👍'])).toEqual([])
  })

  test('say how many people reacted, and whether the user did', () => {
    expect(chipLabel({ emoji: '👍', count: 3, isOwn: true })).toBe('👍 3, you reacted')
    expect(chipLabel({ emoji: '👍', count: 1234, isOwn: false })).toBe('👍 1,234')
  })

  test('are chosen and taken back by a click, without those that were chosen before', () => {
    expect(toggled([], '👍')).toEqual(['👍'])
    expect(toggled(['👍', '🎉'], '👍')).toEqual(['🎉'])
  })
})

describe('who reacted', () => {
  const people = [bob, ada].map(({ id, username }) => ({ user_id: id, username }))
  const text = (count: number, isOwn: boolean, of = people) =>
    whoText({ emoji: '👍', count, isOwn }, of, ada.id).replaceAll(/[\u2068\u2069]/g, '')

  test('begins with the user', () => {
    expect(text(2, true)).toBe('You and Bob reacted with 👍')
    expect(text(1, false, people.slice(0, 1))).toBe('Bob reacted with 👍')
  })

  test('names eight people, and counts the others', () => {
    const many = Array.from({ length: 50 }, (_, i) => ({ user_id: `u${i}`, username: `P${i}` }))
    expect(text(120, true, many)).toBe(
      'You, P0, P1, P2, P3, P4, P5, P6 and 112 more reacted with 👍',
    )
  })

  test('keeps the direction of each name', () => {
    expect(whoText({ emoji: '👍', count: 1, isOwn: false }, people, ada.id)).toContain(
      '\u2068Bob\u2069',
    )
  })
})

test.each([
  ['muted', 'You cannot react while you are muted.'],
  ['not_found', 'The message was deleted.'],
  ['invalid', 'This room does not offer this reaction any more.'],
  ['unavailable', 'Your reaction was not saved. Try again soon.'],
])('a reaction that was refused because of `%s` says why', (code, text) => {
  expect(reactionFailure(new ChatProblem(code as 'muted', 'Try again soon.'))).toBe(text)
})

describe('new reactions to own messages', () => {
  function announced() {
    const counts: number[] = []
    const timers: (() => void)[] = []
    const after = (_ms: number, run: () => void) => void timers.push(run)
    const reactions = new NewReactions(ada.id, { after }, (count) => counts.push(count))
    return {
      counts,
      follow: (...messages: ChatMessage[]) => reactions.follow(messages),
      pass: () => {
        for (const run of timers.splice(0)) run()
      },
      timers,
    }
  }
  const own = (number: number, values: Partial<SentMessage> = {}): SentMessage => ({
    ...sent(number, { by: ada }),
    ...values,
  })

  test('are announced once for all that came within some seconds', () => {
    const { counts, follow, pass, timers } = announced()
    follow(own(1), own(2))
    for (let count = 1; count <= 40; count++) follow(own(1, reacted({ '👍': count })), own(2))
    expect(timers).toHaveLength(1)
    pass()
    expect(counts).toEqual([40])
    follow(own(1, reacted({ '👍': 39 })), own(2, reacted({ '🎉': 1 })))
    pass()
    expect(counts).toEqual([40, 1])
  })

  test("are neither the user's own, nor those to messages of others, nor those of the history", () => {
    const { counts, follow, pass } = announced()
    follow(own(5, reacted({ '👍': 7 })), sent(6))
    follow(
      own(2, reacted({ '👍': 7 })),
      own(5, reacted({ '👍': 8 }, ['👍'])),
      { ...sent(6), ...reacted({ '👍': 3 }) },
      pending('a'),
    )
    pass()
    expect(counts).toEqual([])
  })

  test('to a message that was just sent are new', () => {
    const { counts, follow, pass } = announced()
    follow(sent(1))
    follow(sent(1), own(2, reacted({ '👍': 2 })))
    pass()
    expect(counts).toEqual([2])
    expect(idOf(2) > idOf(1)).toBe(true)
  })
})
